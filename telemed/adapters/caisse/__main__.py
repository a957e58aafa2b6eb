"""A caisse on loopback as a process of its own: `python -m telemed.adapters.caisse FOLDER PUBLIC_KEY [PORT]`.

FOLDER takes the certificates of both ends; PUBLIC_KEY is the PEM of the key that seals lots. It acknowledges and
pays whatever is right, and says on the terminal what the service's settings must be.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from telemed.adapters.caisse.reception import Reception
from telemed.adapters.caisse.server import LoopbackCaisse, serving
from telemed.kernel.clock import SystemClock
from telemed.security.certificates import CertificateAuthority
from telemed.security.signing import PublicKey, SealVerifier
from telemed.settings import PREFIX


async def serve(folder: Path, verifier: SealVerifier, port: int) -> None:
    """Serve until interrupted."""
    clock = SystemClock()
    authority = CertificateAuthority("Caisse locale", clock.now())
    client = authority.write_client(folder, "cabinet")
    tls = authority.write_server(folder, "caisse", hosts=["127.0.0.1", "localhost"])
    async with serving(LoopbackCaisse(Reception(verifier, clock), clock), tls, port=port) as url:
        settings = {"URL": url, "CERTIFICATE": client.certificate, "KEY": client.key, "AUTHORITY": client.authority}
        for name, value in settings.items():
            sys.stdout.write(f"{PREFIX}CAISSE_{name}={value}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    known = SealVerifier([PublicKey.from_pem(Path(sys.argv[2]).read_bytes())])
    chosen = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    try:
        asyncio.run(serve(Path(sys.argv[1]).absolute(), known, chosen))
    except KeyboardInterrupt:
        sys.exit(0)
