"""Combine the values that are to be tried of seeds, settings and LoRAs."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

import click

from tilebake.cli.options import Choices
from tilebake.level.terrain import LoraRef

MOST: Final = 64  # bakes; a sheet of more cannot be read


class TriedValues(NamedTuple):
    """Name what is varied, and the values to try."""

    name: str
    values: tuple[object, ...]


class Attempt(NamedTuple):
    """Hold one value of each axis: what sets it apart, and the options that paint it."""

    title: str
    choices: Choices


@dataclass(frozen=True)
class Axes:
    """Hold all values that one command line gives to try."""

    settings: Mapping[str, object]  # of each a tuple of values
    seeds: tuple[int, ...]
    loras: tuple[tuple[LoraRef, ...], ...]  # of each its weights

    @property
    def row_length(self) -> int | None:
        """How many pictures a row of the sheet holds where it is a table; None where it is a list."""
        lengths = [len(axis.values) for axis in self.find_varied()]
        return lengths[-1] if len(lengths) > 1 else None

    def find_varied(self) -> list[TriedValues]:
        """Return the axes that have more than one value."""
        return [axis for axis in self._all() if len(axis.values) > 1]

    def attempts(self, choices: Choices) -> list[Attempt]:
        """Return every combination, in the order of the sheet. Raises click.UsageError for too many."""
        axes = self._all()
        count = math.prod(len(axis.values) for axis in axes)
        if count > MOST:
            raise click.UsageError(f"that makes {count} bakes; a sheet holds at most {MOST}")
        return [
            Attempt(_title(axes, values), _choose(axes, values, choices))
            for values in itertools.product(*(axis.values for axis in axes))
        ]

    def _all(self) -> list[TriedValues]:
        return [*self._each()]

    def _each(self) -> Iterator[TriedValues]:
        for name, values in self.settings.items():
            yield TriedValues(name, values if isinstance(values, tuple) else (values,))
        yield from (TriedValues("lora", weights) for weights in self.loras)
        if self.seeds:
            yield TriedValues("seed", self.seeds)


def _choose(axes: Sequence[TriedValues], values: Sequence[object], choices: Choices) -> Choices:
    settings: dict[str, object] = {}
    loras: list[LoraRef] = []
    seed: int | None = None
    for axis, value in zip(axes, values, strict=True):
        match axis.name, value:
            case "seed", int():
                seed = value
            case "lora", LoraRef():
                loras.append(value)
            case name, _:
                settings[name] = value
    return replace(choices, settings=settings, loras=tuple(loras), seed=seed)


def _title(axes: Sequence[TriedValues], values: Sequence[object]) -> str:
    """Name the values that set this picture apart: those of axes with more than one."""
    pairs = zip(axes, values, strict=True)
    return (
        ", ".join(_name_value(axis.name, value) for axis, value in pairs if len(axis.values) > 1)
        or "as it is"
    )


def _name_value(name: str, value: object) -> str:
    match value:
        case LoraRef():
            return f"{Path(value.path).stem} {value.weight:g}"
        case tuple():
            return f"{name} {' '.join(map(str, value))}"
        case _:
            return f"{name} {value}"
