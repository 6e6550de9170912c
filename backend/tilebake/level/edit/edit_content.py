"""List all that an edit says, each number in one spelling, for what tells one edit from another."""

from dataclasses import asdict
from typing import Any

from tilebake.level.edit.edit import Edit, LocalBlend


def edit_content(edit: Edit) -> list[object]:
    """List all of an edit, its rewrites in the order of their terrains, the base prompt's first."""
    rewrites = sorted(edit.rewrites.items(), key=lambda each: (each[0] is not None, each[0] or ""))
    return [
        [[name, type(each.control).__name__, _normalize(asdict(each))] for name, each in rewrites],
        one_number(edit.self_replace_steps),
        one_number(edit.source_steps),
        None if edit.local_blend is None else _local_blend_content(edit.local_blend),
        *([] if edit.source == "painting" else [edit.source]),  # as before there was another
    ]


def one_number(value: float) -> float:
    """Return a number in the one form that equal numbers have: 1 is 1.0, and -0.0 is 0.0."""
    return float(value) + 0.0


def _local_blend_content(blend: LocalBlend) -> object:
    """List all of a local blend; words to subtract only where there are some, as before there were any."""
    return _normalize({key: each for key, each in asdict(blend).items() if key != "subtract" or each})


def _normalize(value: Any) -> object:
    """Return a value with one spelling for each number."""
    match value:
        case dict():
            return {key: _normalize(each) for key, each in value.items()}
        case list() | tuple():
            return [_normalize(each) for each in value]
        case int() | float() if not isinstance(value, bool):
            return one_number(value)
        case _:
            return value
