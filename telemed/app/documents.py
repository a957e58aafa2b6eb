"""Builds what documents need: the renderer, the keys of seals, the two services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from telemed.adapters.case_documents import CaseContacts, CaseSides
from telemed.adapters.typst_renderer import LETTER, PagePictures, TypstRenderer
from telemed.app.ground import Ground, common
from telemed.documents.model import DocumentKind
from telemed.documents.ports import PatientPages
from telemed.documents.service import DocumentArchive, DocumentService, Preparer, Registry
from telemed.documents.service.deliveries import DeliveryService, Post
from telemed.kernel.messages import Channel, MessageSender
from telemed.security.signing import SealKeys, open_seal_keys
from telemed.settings import PREFIX, Settings, SettingsError


@dataclass(frozen=True)
class Documents:
    """`service` writes and signs, `archive` reads; `renderers` and `pictures` hold threads: close them at the end."""

    service: DocumentService
    registry: Registry
    archive: DocumentArchive
    deliveries: DeliveryService
    renderers: tuple[TypstRenderer, ...]
    pictures: PagePictures

    def close(self) -> None:
        for renderer in self.renderers:
            renderer.close()
        self.pictures.close()


def build_documents(ground: Ground, *, senders: Mapping[Channel, MessageSender], pages: PatientPages) -> Documents:
    """`pages` are those on which patients open what is theirs."""
    settings, readers = ground.settings, CaseSides()
    keys, reports, letters = open_keys_of_seals(settings), TypstRenderer(), TypstRenderer(LETTER)
    renderers = {
        DocumentKind.TELECONSULTATION_REPORT: reports,
        DocumentKind.EXPERTISE_REQUEST: letters,
        DocumentKind.EXPERTISE_REPORT: letters,
        DocumentKind.MONITORING_REPORT: letters,
    }
    preparer = Preparer(renderers=renderers, signer=keys.signer, is_production=settings.is_production)
    registry = Registry(**common(ground), preparer=preparer)
    contacts = CaseContacts(database=ground.database)
    post = Post(senders=senders, contacts=contacts, public_url=settings.public_url, pages=pages)
    return Documents(
        service=DocumentService(**common(ground), registry=registry),
        registry=registry,
        archive=DocumentArchive(**common(ground), verifier=keys.verifier, readers=readers),
        deliveries=DeliveryService(**common(ground), post=post, readers=readers),
        renderers=(reports, letters),
        pictures=PagePictures(),
    )


def open_keys_of_seals(settings: Settings) -> SealKeys:
    """The keys that sign and verify documents. Raises SettingsError in production when there is none to sign with."""
    path = settings.signing_key_file or settings.data_dir / "keys" / "document-seal.pem"
    if settings.is_production and not path.exists():
        raise SettingsError(f"production needs {PREFIX}SIGNING_KEY_FILE (make one with: telemed make-signing-key FILE)")
    return open_seal_keys(path)
