"""Forms: read with pydantic, and shown again with what was typed and what is wrong in French."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from telemed.kernel.decision import Reason
from telemed.kernel.errors import Conflict, DomainError, Invalid, Refused, TooMany
from telemed.web import french
from telemed.web.views.frame import Form, ReasonLine, Tone

_MESSAGES = {
    "missing": "À remplir.",
    "string_too_short": "À remplir.",
    "string_too_long": "Trop long.",
    "date_from_datetime_parsing": "Cette date n’existe pas.",
    "date_parsing": "Cette date n’existe pas.",
    "time_parsing": "Cette heure n’existe pas.",
    "int_parsing": "Un nombre entier est attendu.",
    "greater_than_equal": "Nombre trop petit.",
    "less_than_equal": "Nombre trop grand.",
    "enum": "Choisissez une réponse de la liste.",
    "uuid_parsing": "Choisissez une réponse de la liste.",
    "literal_error": "Choisissez une réponse de la liste.",
}


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


Filled = Annotated[str, Field(min_length=1)]
EMPTY_IS_NONE = BeforeValidator(_empty_is_none)
Optional = Annotated[str | None, EMPTY_IS_NONE]


class FormModel(BaseModel):
    """What a form holds: trimmed, and nothing that it does not name is kept."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore", frozen=True)


M = TypeVar("M", bound=FormModel)
T = TypeVar("T")


async def typed(request: web.Request) -> Form:
    """What was typed, field by field; a field sent several times keeps its values, separated by commas."""
    data = await request.post()
    values: dict[str, str] = {}
    for name in data:
        texts = [value for value in data.getall(name) if isinstance(value, str)]
        values[name] = ",".join(texts)[:40_000]
    return Form(values)


def read(model: type[M], form: Form) -> M:
    """The model behind a form. Raises FormError with the sentences to show."""
    try:
        return model.model_validate(form.values)
    except ValidationError as err:
        errors = {str(error["loc"][0]) if error["loc"] else "": _message(error) for error in err.errors()}
        raise FormError(Form(form.values, errors)) from None


def _message(error: Mapping[str, object]) -> str:
    kind = str(error["type"])
    if kind == "value_error":
        return sentence(str(error["msg"]).removeprefix("Value error, "))
    return _MESSAGES.get(kind, "Cette réponse n’est pas lisible.")


class FormError(Exception):
    """A form to be shown again."""

    def __init__(self, form: Form) -> None:
        super().__init__("form")
        self.form = form


class Answers:
    """Reads answers that need more than a shape, and keeps every error, so that all are shown at once."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._errors: dict[str, str] = {}

    def read(self, name: str, parse: Callable[[str], T], text: str) -> T | None:
        """What `parse` makes of the text; None when it raises ValueError, whose French reason is kept."""
        try:
            return parse(text)
        except ValueError as err:
            self._errors[name] = sentence(str(err))
            return None

    def optional(self, name: str, parse: Callable[[str], T]) -> T | None:
        """The same for a field that may stay empty."""
        text = self._form.value(name).strip()
        return self.read(name, parse, text) if text else None

    def add(self, name: str, text: str) -> None:
        """An error that no single answer shows."""
        self._errors[name] = text

    def check(self) -> None:
        """Raises FormError if an answer could not be read."""
        if self._errors:
            raise FormError(Form(self._form.values, self._errors))


def refused(form: Form, error: DomainError, fields: Mapping[str, str] | None = None) -> Form:
    """The same form with the refusal of a use case. `fields` names our field for each of the service's."""
    if isinstance(error, Invalid):
        name = (fields or {}).get(error.field, error.field)
        return Form(form.values, {name if name in form.values else "": sentence(error.detail)})
    if isinstance(error, Refused):
        return Form(form.values, {"": " ".join(sentence(reason.text) for reason in error.decision.refusals)})
    if isinstance(error, (Conflict, TooMany)):
        return Form(form.values, {"": sentence(error.detail or error.title)})
    raise error


def reason_line(reason: Reason, tone: Tone) -> ReasonLine:
    return ReasonLine(sentence(reason.text), reason.reference, tone)


def parse_cents(text: str) -> int:
    """`32`, `32,50` or `32.50` euros in cents. Raises ValueError."""
    euros, _, cents = text.replace(" ", "").replace("\u00a0", "").rstrip("€").replace(".", ",").partition(",")
    if not (euros.isdecimal() and (not cents or (cents.isdecimal() and len(cents) <= 2))):
        raise ValueError("un montant en euros est attendu, comme 32,50")
    return int(euros) * 100 + int(f"{cents:0<2}" if cents else 0)


def sentence(text: str) -> str:
    """With a capital, a full stop and the apostrophes of print."""
    capital = french.typographic(text[:1].upper() + text[1:])
    return capital if capital.endswith((".", "!", "?", "…")) else f"{capital}."
