"""Forms: read with pydantic, and shown again with what was typed and what is wrong in French."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from telemed.kernel.errors import Conflict, DomainError, Invalid, Refused, TooMany
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


Optional = Annotated[str | None, BeforeValidator(_empty_is_none)]


class FormModel(BaseModel):
    """What a form holds: trimmed, and nothing that it does not name is kept."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore", frozen=True)


M = TypeVar("M", bound=FormModel)


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


def refused(form: Form, error: DomainError, fields: Mapping[str, str] | None = None) -> Form:
    """The same form with the refusal of a use case. `fields` names our field for each of the service's."""
    if isinstance(error, Invalid):
        name = (fields or {}).get(error.field, error.field)
        return Form(form.values, {name if name in form.values else "": sentence(error.detail)})
    if isinstance(error, Refused):
        return Form(form.values, {"": " ".join(reason.text for reason in error.decision.refusals)})
    if isinstance(error, (Conflict, TooMany)):
        return Form(form.values, {"": sentence(error.detail or error.title)})
    raise error


def reason_lines(error: Refused) -> tuple[ReasonLine, ...]:
    return tuple(ReasonLine(reason.text, reason.reference, Tone.NOW) for reason in error.decision.refusals)


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    capital = text[:1].upper() + text[1:]
    return capital if capital.endswith((".", "!", "?", "…")) else f"{capital}."
