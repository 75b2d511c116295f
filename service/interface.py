"""Describe handlers that read canonical bytes for openapi.json: their bodies, answers and problems.

Such a handler takes the raw body, because a second spelling must be seen to be refused; so the framework
cannot know the record behind it, and it is named here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import msgspec
from litestar.openapi.spec import (
    OpenAPIHeader,
    OpenAPIMediaType,
    OpenAPIResponse,
    Operation,
    Reference,
    RequestBody,
    Schema,
)

from ballots.wire import Bytes
from service.answers import MEDIA_TYPE, Problem

JSON = "application/json"
REFUSALS = {
    400: "The bytes are not the one spelling of the record (reasons `wire-...`), or the request is wrong.",
    404: "There is nothing under this name.",
    409: "It does not fit what stands there: `reason` says what, `advice` what to do. Nothing was used up.",
    413: "The body is larger than the limit.",
    422: "The record is spelt well, and its content is not valid: a signature, a point, a length, a share.",
    503: "Too many at once, or the database is away. Nothing was used up: send it again after Retry-After.",
}


def _bytes_schema(kind: type) -> dict[str, Any]:
    if issubclass(kind, Bytes):
        length = kind.LENGTH
        schema: dict[str, Any] = {
            "type": "string",
            "contentEncoding": "base64url",
            "pattern": "^[A-Za-z0-9_-]*$",
        }
        if length is not None:
            characters = -(-length * 4 // 3)
            schema |= {"minLength": characters, "maxLength": characters}
        return schema
    raise NotImplementedError


@cache
def schema_of(kind: Any) -> Schema:
    """Return the JSON schema of a record, with its parts in place."""
    (root,), components = msgspec.json.schema_components([kind], schema_hook=_bytes_schema)
    # The framework writes plain mappings out as they are.
    return cast("Schema", _inline(root, components))


def _inline(part: Any, components: Mapping[str, Any]) -> Any:
    if isinstance(part, dict):
        if "$ref" in part:
            return _inline(components[part["$ref"].rpartition("/")[2]], components)
        kept = {name: value for name, value in part.items() if name != "discriminator"}
        return {name: _inline(value, components) for name, value in kept.items()}
    if isinstance(part, list):
        return [_inline(each, components) for each in part]
    return part


def _response(description: str, kind: Any, media_type: str, *, waits: bool) -> OpenAPIResponse:
    seconds = OpenAPIHeader(
        description="Seconds", schema=cast("Schema", {"type": "integer", "minimum": 0}), required=True
    )
    headers: dict[str, OpenAPIHeader | Reference] = {"Retry-After": seconds}
    schema = schema_of(kind) if kind is not None else None
    return OpenAPIResponse(
        description=description,
        headers=headers if waits else None,
        content={media_type: OpenAPIMediaType(schema=schema)},
    )


def describes(
    *,
    takes: Any = None,
    answers: Mapping[int, tuple[Any, str]],
    refuses: Iterable[int] = (),
    media_type: str = JSON,
) -> type[Operation]:
    """Return the operation class of a handler.

    `takes` is the record of the body; `answers` gives the record and a description by status (a record of
    None: any content of `media_type`), `refuses` lists the statuses of its problems.
    """
    body = RequestBody(
        required=True,
        description="Canonical JSON (RFC 8785: members sorted, no spaces); section 2 of the specification.",
        content={JSON: OpenAPIMediaType(schema=schema_of(takes) if takes else None)},
    )
    responses = {
        str(status): _response(description, kind, media_type, waits=status == 202)
        for status, (kind, description) in answers.items()
    } | {
        str(status): _response(REFUSALS[status], Problem, MEDIA_TYPE, waits=status == 503)
        for status in refuses
    }

    @dataclass
    class Described(Operation):
        """An operation with its body and answers."""

        def __post_init__(self) -> None:
            if takes is not None:
                self.request_body = body
            self.responses = dict(responses)

    return Described
