"""Was a document changed since it was sealed? Answers from the files alone, or from what is stored."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from telemed.documents.formats.cda_read import read_report_cda
from telemed.documents.formats.codes import REPORT_CODE
from telemed.documents.formats.seal import SEAL_FORMAT, canonical_json, content_fingerprint, sha256_hex
from telemed.documents.model import DocumentIdentity, SealedFiles, Statement
from telemed.documents.ports import Verifier


@dataclass(frozen=True)
class Verification:
    """`faults` are stable words, none when the document is as it was sealed: `seal`, `manifest`, `pdf`, `cda`,
    `cda_body`, `cda_header`, `content`."""

    faults: tuple[str, ...]
    manifest: dict[str, Any]

    @property
    def is_intact(self) -> bool:
        return not self.faults


def verify_files(files: SealedFiles, verifier: Verifier) -> Verification:
    """Check a seal against the files that came with it. Nothing else is needed but the public key."""
    if not verifier.is_valid(files.manifest, files.seal):
        return Verification(("seal",), _manifest(files.manifest))
    manifest = _manifest(files.manifest)
    if manifest.get("format") != SEAL_FORMAT or canonical_json(manifest) != files.manifest:
        return Verification(("manifest",), manifest)
    faults = [
        name
        for name, content in (("pdf", files.pdf), ("cda", files.cda))
        if sha256_hex(content) != manifest.get(f"{name}_sha256")
    ]
    if "cda" not in faults:
        faults += _header_faults(files, manifest)
    return Verification(tuple(faults), manifest)


def seal_file(files: SealedFiles) -> bytes:
    """The seal as a file of its own: the manifest that was signed, and the detached signature."""
    seal = {"manifest": json.loads(files.manifest), "jws": files.seal}
    return json.dumps(seal, indent=2, ensure_ascii=False).encode()


def read_sealed_files(pdf: bytes, cda: bytes, seal: bytes) -> SealedFiles:
    """A document and the seal file that came with it. Raises ValueError if that is not a seal file."""
    try:
        parts = json.loads(seal)
        return SealedFiles(pdf, cda, canonical_json(parts["manifest"]), str(parts["jws"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError("not a seal file: a manifest and its signature are expected") from error


def verify_stored(
    files: SealedFiles, verifier: Verifier, *, identity: DocumentIdentity, statement: Statement
) -> Verification:
    """The same, and that what is stored beside the files is what they state."""
    found = verify_files(files, verifier)
    faults = list(found.faults)
    if content_fingerprint(identity, statement) != found.manifest.get("content_sha256"):
        faults.append("content")
    if str(identity.document_id) != found.manifest.get("document_id"):
        faults.append("manifest")
    return Verification(tuple(dict.fromkeys(faults)), found.manifest)


def _manifest(payload: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(payload)
    except ValueError:
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _header_faults(files: SealedFiles, manifest: dict[str, Any]) -> list[str]:
    try:
        header = read_report_cda(files.cda)
    except ValueError:
        return ["cda_header"]
    carries_it = header.type_code == REPORT_CODE
    faults = [] if header.pdf == (files.pdf if carries_it else None) else ["cda_body"]
    told = (str(header.identity.document_id), header.identity.version, header.author_rpps)
    if told != (manifest.get("document_id"), manifest.get("version"), manifest.get("signer_rpps")):
        faults.append("cda_header")
    return faults
