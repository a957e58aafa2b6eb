"""What a signed report asks from outside: a page made of its contents, and a signature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from telemed.kernel.caller import Caller
from telemed.kernel.messages import Channel
from telemed.storage.uow import UnitOfWork


class Renderer(Protocol):
    """Makes a PDF of a page described by `formats.page`: tagged PDF/A with its fonts inside, the same bytes each time.

    `page` is JSON-ready and is all that the renderer reads. Raises RenderingFailed.
    """

    async def render(self, page: Mapping[str, Any]) -> bytes: ...

    def unprintable(self, text: str) -> frozenset[str]:
        """The characters of a text that no font of the renderer shows; `render` puts a mark in their place."""
        ...


class RenderingFailed(RuntimeError):
    """A defect of the template or of the page data; never the author's fault."""


class Signer(Protocol):
    """Signs on behalf of one professional.

    Today a P-256 key held by the server; a CPS card takes its place by implementing the same method: it is a coroutine
    because a card asks its holder for a code, and it is told whose signature is wanted so that it can refuse a card
    that is not his. `sign` returns a detached JWS in compact form (RFC 7515, appendix F): `header..signature`.
    """

    async def sign(self, payload: bytes, *, rpps: str) -> str: ...


class CaseReaders(Protocol):
    """Who works on a case, whichever practice keeps the patient's record: its sides read its documents."""

    async def may_read(self, uow: UnitOfWork, caller: Caller, act_id: UUID) -> bool:
        """Is the act a case that is in the caller's hands now? Never raises for another act."""
        ...


class Contacts(Protocol):
    """Where professionals want to be told."""

    async def of(self, professional_id: UUID) -> Mapping[Channel, str]:
        """An address by channel; empty when he gave none."""
        ...


class PatientPages(Protocol):
    """Where patients open documents by themselves."""

    async def link_to(self, uow: UnitOfWork, page_id: UUID) -> str | None:
        """A new link to the page of a follow-up; None when it opens no more."""
        ...


class Verifier(Protocol):
    """Knows the public keys, present and past. `is_valid` never raises: an unknown key is an invalid seal."""

    def is_valid(self, payload: bytes, seal: str) -> bool: ...
