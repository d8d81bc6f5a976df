"""As much of JSON Schema (2020-12) as our own schema uses. An unknown word fails, so that nothing is skipped."""

import re
from typing import Any

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}
_NOTES = {"title", "description", "$defs", "$schema", "$id"}


def problems(value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None, path: str = "$") -> list[str]:
    """Every place at which `value` is not what `schema` asks for."""
    root = root or schema
    found: list[str] = []
    for word, asked in schema.items():
        if word not in _NOTES:
            found += _CHECKS[word](value, asked, schema, root, path)
    return found


def _ref(value: Any, asked: str, _: Any, root: dict[str, Any], path: str) -> list[str]:
    return problems(value, root["$defs"][asked.removeprefix("#/$defs/")], root, path)


def _type(value: Any, asked: str, _: Any, __: Any, path: str) -> list[str]:
    right = isinstance(value, _TYPES[asked]) and (asked == "boolean" or not isinstance(value, bool))
    return [] if right else [f"{path}: no {asked}"]


def _properties(value: Any, asked: dict[str, Any], _: Any, root: dict[str, Any], path: str) -> list[str]:
    inner = [(key, asked[key]) for key in value if key in asked] if isinstance(value, dict) else []
    return [p for key, schema in inner for p in problems(value[key], schema, root, f"{path}.{key}")]


def _additional(value: Any, asked: Any, schema: dict[str, Any], root: dict[str, Any], path: str) -> list[str]:
    more = [key for key in value if key not in schema.get("properties", {})] if isinstance(value, dict) else []
    if isinstance(asked, bool):
        return [] if asked else [f"{path}.{key}: not asked for" for key in more]
    return [p for key in more for p in problems(value[key], asked, root, f"{path}.{key}")]


def _names(value: Any, asked: dict[str, Any], _: Any, root: dict[str, Any], path: str) -> list[str]:
    return [p for key in value for p in problems(key, asked, root, f"{path}({key})")]


def _required(value: Any, asked: list[str], _: Any, __: Any, path: str) -> list[str]:
    return [f"{path}.{key}: missing" for key in asked if not isinstance(value, dict) or key not in value]


def _items(value: Any, asked: dict[str, Any], _: Any, root: dict[str, Any], path: str) -> list[str]:
    items = value if isinstance(value, list) else []
    return [p for n, item in enumerate(items) for p in problems(item, asked, root, f"{path}[{n}]")]


def _any_of(value: Any, asked: list[dict[str, Any]], _: Any, root: dict[str, Any], path: str) -> list[str]:
    return [] if any(not problems(value, one, root, path) for one in asked) else [f"{path}: none of the choices"]


def _enum(value: Any, asked: list[Any], _: Any, __: Any, path: str) -> list[str]:
    return [] if value in asked else [f"{path}: not in the list"]


def _const(value: Any, asked: Any, _: Any, __: Any, path: str) -> list[str]:
    return [] if value == asked else [f"{path}: not {asked}"]


def _pattern(value: Any, asked: str, _: Any, __: Any, path: str) -> list[str]:
    return [] if isinstance(value, str) and re.search(asked, value) else [f"{path}: does not match"]


_CHECKS = {
    "$ref": _ref,
    "type": _type,
    "properties": _properties,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "required": _required,
    "items": _items,
    "anyOf": _any_of,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
}
