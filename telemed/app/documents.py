"""Builds what documents need: the renderer, the keys of seals, the two services."""

from __future__ import annotations

from dataclasses import dataclass

from telemed.adapters.typst_renderer import PagePictures, TypstRenderer
from telemed.documents.service import DocumentArchive, DocumentService, Preparer
from telemed.kernel.clock import Clock
from telemed.security.signing import SealKeys, open_seal_keys
from telemed.settings import PREFIX, Settings, SettingsError
from telemed.storage.engine import Database
from telemed.trace.service import Journal


@dataclass(frozen=True)
class Documents:
    """`service` writes and signs, `archive` reads; `renderer` and `pictures` hold threads: close them at the end."""

    service: DocumentService
    archive: DocumentArchive
    renderer: TypstRenderer
    pictures: PagePictures

    def close(self) -> None:
        self.renderer.close()
        self.pictures.close()


def build_documents(settings: Settings, *, database: Database, clock: Clock, journal: Journal) -> Documents:
    keys, renderer = open_keys_of_seals(settings), TypstRenderer()
    preparer = Preparer(renderer=renderer, signer=keys.signer, is_production=settings.is_production)
    return Documents(
        service=DocumentService(database=database, clock=clock, journal=journal, preparer=preparer),
        archive=DocumentArchive(database=database, journal=journal, verifier=keys.verifier),
        renderer=renderer,
        pictures=PagePictures(),
    )


def open_keys_of_seals(settings: Settings) -> SealKeys:
    """The keys that sign and verify documents. Raises SettingsError in production when there is none to sign with."""
    path = settings.signing_key_file or settings.data_dir / "keys" / "document-seal.pem"
    if settings.is_production and not path.exists():
        raise SettingsError(f"production needs {PREFIX}SIGNING_KEY_FILE (make one with: telemed make-signing-key FILE)")
    return open_seal_keys(path)
