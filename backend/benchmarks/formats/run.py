"""Make some sixty files of models by hand, load each, and print what becomes of it.

A file is right where no weight is off by more than 1e-5 from the sum that its format's definition says, or it
is refused by the name of what is wrong with it.
"""

import argparse
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.figures import Figure, json_line, table
from benchmarks.formats.case import MOST, Case, Model, Outcome, judge, load_model
from benchmarks.formats.checkpoints import checkpoint_cases
from benchmarks.formats.loras import lora_cases
from tilebake.models.reference import EMBEDDED


def cases(model: Model) -> Iterator[Case]:
    """Yield every case for a model."""
    yield from lora_cases(model)
    yield from checkpoint_cases(model)


def judge_all(chosen: Iterable[Case], model: Model, place: Path) -> list[Outcome]:
    """Judge cases, each in a folder of its own below `place`."""
    return [judge(case, model, place / str(number)) for number, case in enumerate(chosen)]


def figures(outcomes: Sequence[Outcome]) -> list[Figure]:
    """Return what the table comes to."""
    count = {verdict: sum(each.verdict == verdict for each in outcomes) for verdict in ("right", "refused")}
    deviations = [each.deviation for each in outcomes if each.deviation is not None]
    return [
        Figure("files", "count", len(outcomes), least=30),
        Figure("painted right", "count", count["right"]),
        Figure("refused by name", "count", count["refused"]),
        Figure("neither", "count", len(outcomes) - sum(count.values()), most=0),
        Figure("largest deviation of a weight", "tiny", max(deviations, default=None), most=MOST),
    ]


def outcome_line(outcome: Outcome) -> str:
    """Write an outcome on one line."""
    deviation = "" if outcome.deviation is None else f"{outcome.deviation:.1e}"
    return f"{outcome.verdict:8}  {deviation:8}  {outcome.name:42}  {outcome.told[:110]}".rstrip()


def main() -> None:
    """Judge every file on a model's folder, and print a line for each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.formats", description=__doc__)
    parser.add_argument("--model", type=Path, default=EMBEDDED, help="a folder of diffusers")
    model = load_model(parser.parse_args().model)
    with tempfile.TemporaryDirectory() as place:
        outcomes = judge_all(cases(model), model, Path(place))
    print("\n".join(map(outcome_line, outcomes)))
    result = figures(outcomes)
    print(f"\n{table(result)}")
    print(json_line("formats", result, outcomes=[each._asdict() for each in outcomes]))
