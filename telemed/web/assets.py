"""Static files held in memory under an address that names their content, so that browsers may keep them for ever."""

from __future__ import annotations

import gzip
import hashlib
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

STATIC = Path(__file__).parent / "static"
STYLESHEET = "css/telemed.css"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_IMPORT = re.compile(rb'^(?:import|export)\b[^;"]*"(\.[^"]+)";', re.MULTILINE)
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file as it is sent."""

    body: bytes
    gzipped: bytes
    content_type: str


@dataclass(frozen=True)
class Assets:
    """All static files. `version` changes when any of them does: modules import each other by relative address."""

    version: str
    files: dict[str, Asset]

    def url(self, path: str) -> str:
        """The address of a file. Raises KeyError for a file that does not exist: a template's typing mistake."""
        if path not in self.files:
            raise KeyError(path)
        return f"/static/{self.version}/{path}"

    def imports(self, path: str) -> tuple[str, ...]:
        """Every module that this one needs, however far: a page names them all, so that they come at once."""
        found: dict[str, None] = {}
        waiting = [path]
        while waiting:
            name = waiting.pop(0)
            for said in _IMPORT.findall(self.files[name].body):
                needed = posixpath.normpath(posixpath.join(posixpath.dirname(name), said.decode()))
                if needed not in found:
                    found[needed] = None
                    waiting.append(needed)
        return tuple(found)


def load_assets(folder: Path = STATIC) -> Assets:
    """Read the folder once; the style sheets become one file, in the order tokens, base, components, layouts."""
    bodies = {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.suffix in _TYPES
    }
    sheets = [name for name in bodies if name.endswith(".css")]
    bodies[STYLESHEET] = b"\n".join(bodies.pop(name) for name in sorted(sheets, key=_sheet_order))
    digest = hashlib.sha256()
    for name, body in sorted(bodies.items()):
        digest.update(name.encode() + b"\0" + body)
    files = {name: _asset(name, body) for name, body in bodies.items()}
    return Assets(version=digest.hexdigest()[:12], files=files)


def _sheet_order(name: str) -> tuple[int, str]:
    for place, start in enumerate(("css/tokens", "css/base", "css/components/", "css/layouts/")):
        if name.startswith(start):
            return place, name
    return 9, name


def _asset(name: str, body: bytes) -> Asset:
    return Asset(body=body, gzipped=gzip.compress(body, 9, mtime=0), content_type=_TYPES[Path(name).suffix])


def add_assets(app: web.Application, assets: Assets) -> None:
    """Serve the files. An older version's address gets the present file, not to be kept."""

    async def serve(request: web.Request) -> web.Response:
        asset = assets.files.get(request.match_info["path"])
        if asset is None:
            raise web.HTTPNotFound
        current = request.match_info["version"] == assets.version
        headers = {
            "Content-Type": asset.content_type,
            "Cache-Control": _FOREVER if current else "no-cache",
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
        }
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return web.Response(body=asset.gzipped, headers=headers)
        return web.Response(body=asset.body, headers=headers)

    app.router.add_get("/static/{version}/{path:.+}", serve)
