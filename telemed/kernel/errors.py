"""Expected failures, each with a stable code and no HTTP inside. Texts are French: people read them."""

from __future__ import annotations

from telemed.kernel.decision import Decision, Reason


class DomainError(Exception):
    """An expected failure. `code` is stable and listed in docs/reference/problems.md; `detail` is for people."""

    code = "error"
    title = "La demande n'a pas pu aboutir"

    def __init__(self, detail: str = "", *, code: str | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        if code is not None:
            self.code = code


class NotFound(DomainError):
    """Absent, or not the caller's: the two are never told apart."""

    code = "not_found"
    title = "Introuvable"


class Invalid(DomainError):
    """Readable but wrong. `field` names the input in error, as the caller wrote it."""

    code = "invalid"
    title = "Donnée invalide"

    def __init__(self, detail: str, *, field: str = "", code: str | None = None) -> None:
        super().__init__(detail, code=code)
        self.field = field


class Unauthenticated(DomainError):
    """The caller is not known."""

    code = "unauthenticated"
    title = "Connexion nécessaire"


class Forbidden(DomainError):
    """The caller is known, and this is not his to do."""

    code = "forbidden"
    title = "Accès refusé"


class Conflict(DomainError):
    """The present state refuses: somebody else changed it, or it is past."""

    code = "conflict"
    title = "Opération impossible dans l'état actuel"


class Refused(DomainError):
    """The rules refuse; the decision lists each reason with its legal text."""

    code = "refused"
    title = "Refusé par les règles en vigueur"

    def __init__(self, decision: Decision) -> None:
        super().__init__(" ".join(reason.text for reason in decision.refusals))
        self.decision = decision

    @classmethod
    def because(cls, *reasons: Reason) -> Refused:
        return cls(Decision(refusals=reasons))


class TooLarge(DomainError):
    """More than is taken, as declared or as it arrives."""

    code = "too_large"
    title = "Demande trop volumineuse"


class TooMany(DomainError):
    """Too many tries or requests; `retry_after_seconds` says when to come back."""

    code = "too_many"
    title = "Trop de tentatives"

    def __init__(self, detail: str = "", *, retry_after_seconds: int, code: str | None = None) -> None:
        super().__init__(detail, code=code)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(DomainError):
    """An outside system is away: try again later."""

    code = "unavailable"
    title = "Service momentanément indisponible"
