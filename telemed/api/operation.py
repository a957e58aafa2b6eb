"""Declares HTTP operations from annotated functions: validation, responses and OpenAPI come from the annotations."""

from __future__ import annotations

import inspect
import json
import re
import typing
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, create_model

from telemed.api.auth import CALLER, Access, require_caller
from telemed.api.fhir_edge import FHIR, FHIR_TYPES, GENERAL_PARAMETERS, is_fhir
from telemed.api.problems import FieldError, make_problem
from telemed.kernel.caller import Caller

Endpoint = Callable[..., Awaitable[Any]]
JSON = "application/json"
_SPECIAL = frozenset({"caller", "body"})
_ENCODINGS = frozenset({"identity", "gzip", "deflate"})


@dataclass(frozen=True)
class Operation:
    """One route: how it is called, who may, what goes in and what comes out.

    `media_type` is what a handler that returns a `web.Response` itself sends, `consumes` what the body must be: JSON,
    which is read, or anything else, which comes as the bytes that were sent; without `body`, the handler reads them
    itself as they come. `headers` are those that it reads as whole numbers, with what they say, `texts` those that may
    be there, as words. `also` are other statuses of success. `error_media` is how a handler tells what it refuses
    itself, beside problems.
    """

    method: str
    path: str
    endpoint: Endpoint
    access: Access
    status: int
    tag: str
    summary: str
    description: str
    path_model: type[BaseModel] | None
    query_model: type[BaseModel]
    dated: frozenset[str]
    body: TypeAdapter[Any] | None
    output: TypeAdapter[Any] | None
    media_type: str
    errors: tuple[int, ...]
    takes_caller: bool
    consumes: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    links: dict[str, Any] = field(default_factory=dict)
    error_media: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    also: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        return self.endpoint.__name__

    @property
    def streams(self) -> bool:
        """Does the handler read the body itself, as it comes?"""
        return self.body is None and self.consumes != JSON


class Operations:
    """The operations of one slice, in order of declaration.

    `@operations.get("/things/{thing_id}", access=SIGNED_IN)` on
    `async def get_thing(request, caller: Caller, thing_id: UUID, *, limit: Limit = 50) -> Thing`: names in the path
    are path parameters, `body` is the JSON body, `caller` is who calls (absent on a public route), the rest is
    the query. The first line of the docstring is the summary. Returning None answers 204.
    """

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.items: list[Operation] = []

    def get(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        return self._declare("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        return self._declare("POST", path, **options)

    def put(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        return self._declare("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        return self._declare("PATCH", path, **options)

    def head(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        return self._declare("HEAD", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
        return self._declare("DELETE", path, **options)

    def add_to(self, app: web.Application) -> None:
        """Route every operation, with its handler wrapped."""
        for operation in self.items:
            app.router.add_route(operation.method, operation.path, _handler(operation), name=operation.name)

    def _declare(
        self,
        method: str,
        path: str,
        *,
        access: Access,
        status: int = 200,
        media_type: str = "application/json",
        errors: tuple[int, ...] = (),
        consumes: str = JSON,
        headers: Mapping[str, str] | None = None,
        error_media: str = "",
        texts: Mapping[str, str] | None = None,
        also: tuple[int, ...] = (),
    ) -> Callable[[Endpoint], Endpoint]:
        def register(endpoint: Endpoint) -> Endpoint:
            operation = _describe(method, path, endpoint, access, status, self.tag, media_type, errors)
            self.items.append(
                replace(
                    operation,
                    consumes=consumes,
                    headers=headers or {},
                    error_media=error_media,
                    texts=texts or {},
                    also=also,
                )
            )
            return endpoint

        return register


def _describe(
    method: str,
    path: str,
    endpoint: Endpoint,
    access: Access,
    status: int,
    tag: str,
    media_type: str,
    errors: tuple[int, ...],
) -> Operation:
    hints = typing.get_type_hints(endpoint, include_extras=True)
    parameters = dict(list(inspect.signature(endpoint).parameters.items())[1:])
    in_path = set(re.findall(r"{(\w+)", path))
    fields = {
        name: (hints[name], ... if parameter.default is parameter.empty else parameter.default)
        for name, parameter in parameters.items()
        if name not in _SPECIAL
    }
    returned: Any = hints.get("return")
    query_model = _model(endpoint, "query", {n: f for n, f in fields.items() if n not in in_path})
    summary, _, description = inspect.cleandoc(endpoint.__doc__ or endpoint.__name__).partition("\n")
    has_output = returned not in (None, type(None), web.Response, web.StreamResponse)
    return Operation(
        method=method,
        path=path,
        endpoint=endpoint,
        access=access,
        status=204 if returned in (None, type(None)) else status,
        tag=tag,
        summary=summary.rstrip("."),
        description=description.strip(),
        path_model=_model(endpoint, "path", {n: f for n, f in fields.items() if n in in_path}) if in_path else None,
        query_model=query_model,
        dated=_dated(query_model),
        body=TypeAdapter(hints["body"]) if "body" in hints else None,
        output=TypeAdapter(returned) if has_output else None,
        media_type=media_type,
        errors=errors,
        takes_caller=hints.get("caller") is Caller,
    )


def _model(endpoint: Endpoint, place: str, fields: dict[str, Any]) -> type[BaseModel]:
    name = f"{endpoint.__name__}_{place}"
    model: type[BaseModel] = create_model(name, __config__=ConfigDict(extra="forbid"), **fields)
    return model


class InputError(Exception):
    """The input of an operation is unreadable or wrong: the status to answer, and each field in error."""

    def __init__(self, status: int, code: str, detail: str, errors: list[FieldError]) -> None:
        super().__init__(detail)
        self.problem = make_problem(status, code, detail, errors=errors)


def _handler(operation: Operation) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        from telemed.api.middlewares import answer

        caller = await require_caller(request, operation.access)
        try:
            arguments = await _read(operation, request)
        except InputError as err:
            return answer(request, err.problem)
        if caller is not None:
            request[CALLER] = caller
            if operation.takes_caller:
                arguments["caller"] = caller
        result = await operation.endpoint(request, **arguments)
        if isinstance(result, web.StreamResponse):
            return result
        if operation.output is None:
            return web.Response(status=204)
        body = operation.output.dump_json(result, by_alias=True)
        return web.Response(body=body, status=operation.status, content_type="application/json")

    return handle


async def _read(operation: Operation, request: web.Request) -> dict[str, Any]:
    """The arguments of a call. Raises InputError: 404 in the path, 422 in the query or the body, 400, 415."""
    arguments: dict[str, Any] = {}
    if operation.path_model is not None:
        arguments |= _validated(operation.path_model, dict(request.match_info), 404, "not_found", "Introuvable.")
    if request.query_string or operation.query_model.model_fields:
        arguments |= _read_query(operation, request)
    if operation.streams:
        _require_type(operation, request)
    if operation.body is not None:
        arguments["body"] = await _read_body(operation, operation.body, request)
    return arguments


def _read_query(operation: Operation, request: web.Request) -> dict[str, Any]:
    detail = "Un paramètre de la demande n'est pas valable."
    query = _query(request, operation.query_model)
    _require_written_dates(operation.dated, query, detail)
    return _validated(operation.query_model, query, 422, "invalid_query", detail)


def _require_type(operation: Operation, request: web.Request) -> None:
    taken = FHIR_TYPES if operation.consumes == FHIR else {operation.consumes}
    if request.content_type not in taken:
        raise InputError(415, "unsupported_media_type", f"Le corps doit être en {operation.consumes}.", [])
    if request.headers.get("Content-Encoding", "identity").lower() not in _ENCODINGS:
        raise InputError(415, "unsupported_media_type", "Un corps se comprime en gzip ou deflate, et une fois.", [])


def _query(request: web.Request, model: type[BaseModel]) -> dict[str, Any]:
    """Query parameters; a repeated one is a list only where the operation takes a list."""
    found: dict[str, Any] = {}
    for name in request.query:
        if name in GENERAL_PARAMETERS and is_fhir(request):
            continue
        values = request.query.getall(name)
        declared = model.model_fields.get(name)
        is_list = declared is not None and typing.get_origin(declared.annotation) in (list, set, tuple, frozenset)
        found[name] = values if is_list or len(values) > 1 else values[0]
    return found


def _dated(model: type[BaseModel]) -> frozenset[str]:
    """The parameters that are a day or an instant."""
    found = set()
    for name, schema in model.model_json_schema()["properties"].items():
        if {part.get("format") for part in (schema, *schema.get("anyOf", ()))} & {"date", "date-time"}:
            found.add(name)
    return frozenset(found)


def _require_written_dates(dated: frozenset[str], values: dict[str, Any], detail: str) -> None:
    """A day or an instant is written out: pydantic would also read a bare number, as seconds. Raises InputError."""
    wrong = [name for name in dated & values.keys() if "-" not in str(values[name])[1:]]
    if wrong:
        errors = [FieldError(field=name, message="AAAA-MM-JJ…") for name in sorted(wrong)]
        raise InputError(422, "invalid_query", detail, errors)


def _validated(model: type[BaseModel], values: dict[str, Any], status: int, code: str, detail: str) -> dict[str, Any]:
    try:
        return dict(model.model_validate(values))
    except ValidationError as err:
        raise InputError(status, code, detail, field_errors(err)) from None


async def _read_body(operation: Operation, adapter: TypeAdapter[Any], request: web.Request) -> Any:
    _require_type(operation, request)
    raw = await request.read()
    if operation.consumes != JSON:
        return raw
    try:
        return adapter.validate_json(raw, strict=True)
    except ValidationError as err:
        if any(error["type"] == "json_invalid" for error in err.errors(include_url=False)):
            raise InputError(400, "unreadable", "Le corps n'est pas du JSON lisible.", []) from None
        raise InputError(422, "invalid_body", "Une donnée n'est pas valable.", field_errors(err)) from None


def field_errors(error: ValidationError) -> list[FieldError]:
    """Each field in error with what is wrong, never the value that was sent."""
    details = json.loads(error.json(include_url=False, include_input=False, include_context=False))
    return [FieldError(field=".".join(map(str, item["loc"])), message=item["msg"]) for item in details]
