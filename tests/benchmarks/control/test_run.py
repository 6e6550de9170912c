"""From what was measured on edits to the figures that are told."""

import pytest

from benchmarks.control.edit_cost import Spent, cost_figures
from benchmarks.control.reweighting import WEIGHTS, WORDS, Effect, Weighed, weight_figures
from benchmarks.control.swaps import COLOURS, COVERS, Swap, Swapped, swap_figures
from benchmarks.figures import Figure, table

IN_MAP = next(swap for swap in COLOURS if swap.terrain is not None)
PLAIN = next(swap for swap in COLOURS if swap.terrain is None)


def by_name(figures: list[Figure]) -> dict[str, Figure]:
    return {figure.name: figure for figure in figures}


def test_swaps_are_told_in_a_map_and_plain_apart() -> None:
    found: dict[Swap, list[Swapped]] = {
        IN_MAP: [Swapped(0.9, 0.7, 1.0, 0), Swapped(0.8, 0.5, 0.4, 0)],
        PLAIN: [Swapped(0.6, 0.6, -0.1, 0), Swapped(0.7, 0.5, 0.1, 0)],
    }
    figures = by_name(swap_figures(found))
    assert figures["swap of colour, in a map: structure kept"].value == pytest.approx(0.85)
    assert figures["swap of colour, in a map: by a plain re-run"].value == pytest.approx(0.6)
    assert figures["swap of colour, in a map: moved to the new word"].value == 1
    assert "past half way 50%" in figures["swap of colour, in a map: moved to the new word"].note
    assert figures["swap of colour, plain: structure kept"].is_met is False
    assert figures["swap of colour, plain: moved to the new word"].value == 0.5
    assert not any("cover" in name for name in figures)


def test_one_pixel_beyond_a_terrain_in_one_painting_is_a_miss() -> None:
    runs = [Swapped(0.9, 0.7, 1.0, 0), Swapped(0.9, 0.7, 1.0, 1)]
    figure = by_name(swap_figures({IN_MAP: runs}))["swap in a terrain, changed beyond it"]
    assert (figure.value, figure.is_met) == (1, False)


def test_a_weight_counts_when_every_step_of_it_does() -> None:
    up, dent = tuple(WEIGHTS), (-5.0, 0.5, 0.0, 2.5, 5.0)
    found: dict[Weighed, list[Effect]] = {
        WORDS[0]: [Effect(up, 0), Effect(dent, 0)],
        WORDS[1]: [Effect(up, 2)] * 2,
    }
    figures = by_name(weight_figures(found))
    assert figures["weights -5 to 5, effect monotone"].value == 0.75
    assert f"{WORDS[0].word} 50%, {WORDS[1].word} 100%" in figures["weights -5 to 5, effect monotone"].note
    assert figures["weights -5 to 5, changed beyond"].value == 2


def test_costs_are_ratios_within_a_round() -> None:
    """A machine that is twice as slow in one round changes no ratio."""
    seconds = {
        "bake": [1.0, 2.0, 1.0],
        "edit": [2.2, 4.4, 2.2],
        "trial": [1.2, 2.4, 1.1],
        "watch": [1.05, 2.1, 1.2],
    }
    spent = {name: [Spent(each, 2 * each) for each in runs] for name, runs in seconds.items()}
    edit, trial, watch = cost_figures(spent)
    assert edit.value == pytest.approx(1.1)
    assert trial.value == pytest.approx(1.2)
    assert not trial.is_met
    assert "1.10 to 1.20 in 3 rounds of forest.json; of processors' time 1.20" in trial.note
    assert watch.value == pytest.approx(1.05)
    assert edit.is_met
    assert watch.is_met


def test_swaps_differ_by_an_adjective() -> None:
    for swap in (*COLOURS, *COVERS):
        before, after = swap.before.split(), swap.after.split()
        assert sum(old != new for old, new in zip(before, after, strict=True)) == 1


def test_a_word_left_out_leaves_the_rest() -> None:
    assert Weighed("path", "mossy cobblestone path", "mossy").without == "cobblestone path"


def test_counts_are_told_whole() -> None:
    assert "≤ 0" in table([Figure("changed", "count", 3, most=0)])
    assert "3  " in table([Figure("changed", "count", 3, most=0)])
