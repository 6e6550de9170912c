"""Explain what pydantic found wrong to the person who wrote the file."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tilebake.level.source.json_positions import JsonPath, snippet
from tilebake.level.source.schema_base import FORMS, NOT_BLANK

_SEVERAL: Final = 20  # more mistakes than this are not looked at
_KEY: Final = "[key]"  # how pydantic marks that a key is wrong, not its value

_TYPES: Final = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "a text",
    "bool_type": "true or false",
    "dict_type": "an object {...}",
    "model_type": "an object {...}",
    "tuple_type": "a list [...]",
    "list_type": "a list [...]",
    "int_parsing": "a whole number",
    "int_parsing_size": "a number of this size",
    "float_parsing": "a number",
    "bool_parsing": "true or false",
}
_FORMS_OF: Final = {  # what may stand in an object's stead
    "CellEntry": 'a cell, [x, y, "terrain"] or an object {...}',
    "TerrainEntry": "a prompt or an object {...}",
    "LoraEntry": "a path or an object {...}",
    "RewriteEntry": "a prompt or an object {...}",
}
_LIMITS: Final = {
    "greater_than": ("gt", "small", "above"),
    "greater_than_equal": ("ge", "small", "of at least"),
    "less_than_equal": ("le", "large", "of at most"),
}
_LENGTHS: Final = {
    "string_too_short": ("min_length", "is too short", "write at least {} characters"),
    "string_too_long": ("max_length", "is too long", "write at most {} characters"),
    "too_short": ("min_length", "has too few items", "give at least {}"),
    "too_long": ("max_length", "has too many items", "give at most {}"),
}


class FieldProblem(NamedTuple):
    """Describe what is wrong with a field, what to do, and whether its key is meant, not its value."""

    path: JsonPath
    what: str
    hint: str
    at_key: bool = False


def field_problems(error: ValidationError, data: object) -> list[FieldProblem]:
    """Return what is wrong with `data`: some problems, at least one.

    Only the innermost: a list that is too short because an item was refused is not worth a word.
    """
    found = [_problem(details, data) for details in error.errors(include_url=False)[:_SEVERAL]]
    paths = [problem.path for problem in found]
    return [
        problem
        for problem in found
        if not any(path != problem.path and path[: len(problem.path)] == problem.path for path in paths)
    ]


def nearest(name: str, known: Iterable[str], otherwise: str) -> str:
    """Make the hint for a name that is not known: the one that was meant, or what else to do."""
    matches = get_close_matches(name[:200], list(known), n=1, cutoff=0.6)
    return f"did you mean {snippet(matches[0])}?" if matches else otherwise


def _problem(details: ErrorDetails, data: object) -> FieldProblem:
    path = json_path(details["loc"], data)
    context, kind, value = details.get("ctx", {}), details["type"], details["input"]
    if details["loc"][-1:] == (_KEY,):
        what, hint = _said(kind, value, context, details["msg"])
        return FieldProblem(path, f"the key {what}", hint, at_key=True)
    if kind == "unknown_key":
        key, known = str(context["key"]), list(context["known"])
        hint = nearest(key, known, f"the keys here are {', '.join(known)}")
        return FieldProblem((*path, key), f"unknown key {snippet(key)}", hint, at_key=True)
    if kind == "missing":
        *_, last = path
        missing = f"item {last + 1}" if isinstance(last, int) else snippet(last)
        return FieldProblem(path, f"{missing} is missing", "add it")
    return FieldProblem(path, *_said(kind, value, context, details["msg"]))


def _said(kind: str, value: object, context: Mapping[str, Any], message: str) -> tuple[str, str]:
    """Say what is wrong with a value, and what to do."""
    if kind in _TYPES:
        if isinstance(value, int) and value.bit_length() > 64:
            return f"{snippet(value)} is too large", "write a smaller one"
        due = _FORMS_OF.get(context.get("class_name", ""), _TYPES[kind])
        return f"{snippet(value)} is not {due}", f"write {due}"
    if kind == "finite_number":
        return f"{snippet(value)} is not a finite number", "write a finite number"
    if kind in _LIMITS:
        name, size, relation = _LIMITS[kind]
        return f"{snippet(value)} is too {size}", f"write a number {relation} {context[name]:.16g}"
    if kind in _LENGTHS:
        name, problem, hint = _LENGTHS[kind]
        return f"{snippet(value)} {problem}", hint.format(context[name])
    if kind == "literal_error":
        names = re.findall(r"'(\w+)'", context["expected"])
        meant = value if isinstance(value, str) else ""
        return f"{snippet(value)} is not known here", nearest(meant, names, f"write {_one_of(names)}")
    if kind == "string_pattern_mismatch" and context["pattern"] == NOT_BLANK:
        return f"{snippet(value)} says nothing", "write what it should say, or remove it"
    if kind == "string_pattern_mismatch" and not context["pattern"].startswith("^#"):
        return f"{snippet(value)} is no name here", "write letters, digits and _"
    if kind == "string_pattern_mismatch":
        return f"{snippet(value)} is not a colour", 'write it as "#rrggbb"'
    return f"{snippet(value)} {message}", context.get("hint", "correct it")


def _one_of(names: Sequence[str]) -> str:
    return ", ".join(snippet(name) for name in names[:-1]) + f" or {snippet(names[-1])}"


def json_path(location: tuple[str | int, ...], data: object) -> JsonPath:
    """Return pydantic's location without the names of union members and the mark of keys."""
    path: list[str | int] = []
    for part in location:
        match data:
            case dict() if part in data:
                data = data[part]
            case list() if isinstance(part, int) and part < len(data):
                data = data[part]
            case _ if part in FORMS or part == _KEY:
                continue
            case _:
                data = None
        path.append(part)
    return tuple(path)
