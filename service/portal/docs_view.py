"""Read the interface's own OpenAPI description into what a page can show, without any script. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
LIMITS = (
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "pattern",
    "format",
    "contentEncoding",
)
MAX_DEPTH = 6
PROBLEM = "application/problem+json"
"""The media type of refusals (RFC 9457)."""

Json = Mapping[str, Any]


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A member of a body: its path, type in words, limits."""

    name: str
    type: str
    limits: str
    required: bool
    text: str = ""


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """A body of one media type; `members` is empty when it is not an object."""

    media_type: str
    type: str
    members: list[Member]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer by its status; a refusal is told once for all operations."""

    status: str
    text: str
    bodies: list[Body]
    headers: list[str]


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation; `id` is an anchor on the page."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    parameters: list[Member]
    takes: list[Body]
    takes_text: str
    answers: list[Answer]
    refusals: list[Answer]


class Docs(msgspec.Struct, frozen=True, kw_only=True):
    """The whole description."""

    title: str
    version: str
    text: str
    operations: list[Operation]
    refusals: list[tuple[str, str]]


def read_openapi(schema: Json) -> Docs:
    """Return what the documentation shows of an OpenAPI description."""
    info = schema.get("info", {})
    operations = [
        _read_operation(method, path, item[method], item, schema)
        for path, item in sorted(schema.get("paths", {}).items())
        for method in METHODS
        if method in item
    ]
    return Docs(
        title=str(info.get("title", "")),
        version=str(info.get("version", "")),
        text=str(info.get("description", "")),
        operations=operations,
        refusals=sorted({(each.status, each.text) for one in operations for each in one.refusals}),
    )


def _read_operation(method: str, path: str, operation: Json, item: Json, schema: Json) -> Operation:
    body = _resolve(operation.get("requestBody") or {}, schema)
    answers = [
        _read_answer(str(status), _resolve(answer, schema), schema)
        for status, answer in sorted(operation.get("responses", {}).items())
    ]
    parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
    return Operation(
        id=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
        method=method.upper(),
        path=path,
        summary=str(operation.get("summary", "")),
        text=str(operation.get("description", "")),
        parameters=[_read_parameter(_resolve(each, schema), schema) for each in parameters],
        takes=_read_bodies(body.get("content", {}), schema),
        takes_text=str(body.get("description", "")),
        answers=[each for each in answers if not _is_problem(each)],
        refusals=[each for each in answers if _is_problem(each)],
    )


def _is_problem(answer: Answer) -> bool:
    return [body.media_type for body in answer.bodies] == [PROBLEM]


def _read_parameter(parameter: Json, schema: Json) -> Member:
    kind = _resolve(parameter.get("schema") or {}, schema)
    return Member(
        name=f"{parameter.get('name', '')} ({parameter.get('in', '')})",
        type=_say_type(kind, schema),
        limits=_say_limits(kind),
        required=bool(parameter.get("required")),
        text=str(parameter.get("description", "")),
    )


def _read_answer(status: str, answer: Json, schema: Json) -> Answer:
    return Answer(
        status=status,
        text=str(answer.get("description", "")),
        bodies=_read_bodies(answer.get("content", {}), schema),
        headers=sorted(answer.get("headers") or {}),
    )


def _read_bodies(content: Json, schema: Json) -> list[Body]:
    bodies = []
    for media_type, each in sorted(content.items()):
        kind = _resolve(each.get("schema") or {}, schema)
        bodies.append(
            Body(
                media_type=media_type,
                type=_say_type(kind, schema),
                members=list(_read_members(kind, schema, "", 0)),
            )
        )
    return bodies


def _read_members(kind: Json, schema: Json, prefix: str, depth: int) -> Iterator[Member]:
    """Yield the members of an object, and those of objects inside it, with their paths."""
    if depth > MAX_DEPTH:
        return
    if kind.get("type") == "array":
        yield from _read_members(_resolve(kind.get("items") or {}, schema), schema, f"{prefix}[]", depth + 1)
        return
    required = kind.get("required", [])
    for name, member in sorted(kind.get("properties", {}).items()):
        found = _resolve(member, schema)
        path = f"{prefix}.{name}" if prefix else name
        yield Member(
            name=path,
            type=_say_type(found, schema),
            limits=_say_limits(found),
            required=name in required,
            text=str(found.get("description", "")),
        )
        yield from _read_members(found, schema, path, depth + 1)


def _say_type(kind: Json, schema: Json) -> str:
    for many in ("anyOf", "oneOf"):
        if many in kind:
            names = [_say_type(_resolve(each, schema), schema) for each in kind[many]]
            return " | ".join(dict.fromkeys(names))
    if "const" in kind:
        return f'"{kind["const"]}"'
    if "enum" in kind:
        return " | ".join(f'"{each}"' for each in kind["enum"])
    if kind.get("type") == "array":
        return f"array of {_say_type(_resolve(kind.get('items') or {}, schema), schema)}"
    found = kind.get("type", "any")
    name = " | ".join(found) if isinstance(found, list) else str(found)
    return f"{name} ({kind['title']})" if name == "object" and "title" in kind else name


def _say_limits(kind: Json) -> str:
    said = [f"{name} {_say_value(kind[name])}" for name in LIMITS if name in kind]
    items = _say_limits(kind.get("items") or {}) if kind.get("type") == "array" else ""
    return ", ".join([*said, f"each: {items}"] if items else said)


def _say_value(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _resolve(part: Json, schema: Json) -> Json:
    """Return what a part is, following references within this description."""
    for _ in range(MAX_DEPTH):
        reference = part.get("$ref")
        if reference is None:
            break
        found: Any = schema
        for step in str(reference).removeprefix("#/").split("/"):
            found = found.get(step.replace("~1", "/").replace("~0", "~"), {})
        part = found
    return part
