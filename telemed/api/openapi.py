"""The OpenAPI 3.1 document, from the declared operations."""

from __future__ import annotations

import http
from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter

from telemed.api.auth import SESSION_COOKIE, VISIT_COOKIE
from telemed.api.fhir_edge import FHIR
from telemed.api.operation import Operation
from telemed.api.problems import MEDIA_TYPE, Problem

_REF = "#/components/schemas/{model}"


def build_document(operations: Iterable[Operation], *, version: str, server: str) -> dict[str, Any]:
    """One document for all operations; every response that a route may give is in it."""
    listed = list(operations)
    refs, components = _schemas(listed)
    paths: dict[str, dict[str, Any]] = {}
    for number, operation in enumerate(listed):
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, number, refs, components)
    for operation in listed:
        for model in filter(None, (operation.path_model, operation.query_model)):
            components.pop(model.__name__, None)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Telemed",
            "version": version,
            "description": "Les actes de télémédecine : téléconsultation, facturation, comptes rendus, traces.",
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": server}],
        "tags": [{"name": tag} for tag in dict.fromkeys(operation.tag for operation in listed)],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "professional": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
                "patient": {"type": "apiKey", "in": "cookie", "name": VISIT_COOKIE},
                "device": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _schemas(operations: list[Operation]) -> tuple[dict[Any, Any], dict[str, Any]]:
    inputs: list[Any] = [(("problem", ""), "serialization", TypeAdapter(Problem))]
    for number, operation in enumerate(operations):
        if operation.body is not None:
            inputs.append(((number, "body"), "validation", operation.body))
        if operation.output is not None:
            inputs.append(((number, "output"), "serialization", operation.output))
        if operation.path_model is not None:
            inputs.append(((number, "path"), "validation", TypeAdapter(operation.path_model)))
        inputs.append(((number, "query"), "validation", TypeAdapter(operation.query_model)))
    refs, document = TypeAdapter.json_schemas(inputs, ref_template=_REF)
    by_place = {key: schema for (key, _mode), schema in refs.items()}
    return by_place, document.get("$defs", {})


def _operation(operation: Operation, number: int, refs: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": _parameters(operation, number, refs, components),
        "responses": _responses(operation, number, refs),
        "security": _security(operation),
    }
    if operation.description:
        described["description"] = operation.description
    if operation.body is not None:
        content = {operation.consumes: {"schema": refs[number, "body"]}}
        described["requestBody"] = {"required": True, "content": content}
    if operation.streams:
        described["requestBody"] = {
            "required": True,
            "content": {operation.consumes: {"schema": {"type": "string", "format": "binary"}}},
        }
    return described


def _parameters(
    operation: Operation, number: int, refs: dict[Any, Any], components: dict[str, Any]
) -> list[dict[str, Any]]:
    found = []
    for place in ("path", "query"):
        schema = refs.get((number, place), {})
        if "$ref" in schema:
            schema = components[schema["$ref"].rsplit("/", 1)[1]]
        required = schema.get("required", ())
        found += [
            {"name": name, "in": place, "required": name in required, "schema": detail}
            for name, detail in schema.get("properties", {}).items()
        ]
    numbers = [_header(name, told, {"type": "integer", "minimum": 0}) for name, told in operation.headers.items()]
    texts = [_header(name, told, {"type": "string"}, is_needed=False) for name, told in operation.texts.items()]
    return found + numbers + texts


def _header(name: str, told: str, schema: dict[str, Any], *, is_needed: bool = True) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": is_needed, "description": told, "schema": schema}


def _responses(operation: Operation, number: int, refs: dict[Any, Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": http.HTTPStatus(operation.status).phrase}
    if operation.output is not None:
        success["content"] = {operation.media_type: {"schema": refs[number, "output"]}}
    elif operation.status != 204:
        success["content"] = {operation.media_type: {}}
    problem: dict[str, Any] = {MEDIA_TYPE: {"schema": refs["problem", ""]}}
    if operation.error_media:
        problem[operation.error_media] = {}
    if operation.error_media == FHIR:  # whatever refuses says so as an OperationOutcome
        del problem[MEDIA_TYPE]
    taken = {str(code): success | {"description": http.HTTPStatus(code).phrase} for code in operation.also}
    return (
        {str(operation.status): success}
        | taken
        | {
            str(code): {"description": http.HTTPStatus(code).phrase, "content": problem}
            for code in sorted(_error_codes(operation))
        }
    )


def _error_codes(operation: Operation) -> set[int]:
    codes = {422, 429, *operation.errors}
    if operation.path_model is not None or _names_things(operation):
        codes.add(404)
    if operation.body is not None or operation.streams:
        codes |= {400, 413, 415}
    if not operation.access.is_public:
        codes |= {401, 403}
    if operation.method != "GET":
        codes |= {403, 409}
    if operation.error_media == FHIR:
        codes.add(406)
    return codes


def _names_things(operation: Operation) -> bool:
    """Does the query hold the id of something, which may be absent or another's?"""
    return any(name.endswith("_id") for name in operation.query_model.model_fields)


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    access = operation.access
    schemes: list[dict[str, list[str]]] = []
    if access.roles:
        schemes.append({"professional": []})
    if access.is_for_patients:
        schemes.append({"patient": []})
    if access.is_for_devices:
        schemes.append({"device": []})
    return schemes
