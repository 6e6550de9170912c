"""The sides that are compared do what they stand for, on the tiny UNet."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from diffusers.models.attention_processor import Attention

from benchmarks.attention import memory
from benchmarks.attention.baselines import MakeProcessor, processors
from benchmarks.attention.layers_only import Layers, in_turn
from benchmarks.attention.layouts import LAYOUTS, map_of
from benchmarks.attention.memory import Bench, measure_memory, run_apart
from benchmarks.attention.run import figures, measure_exactness, measure_layers, measure_preparing
from benchmarks.attention.subject import Scenario, Subject
from tilebake.paint.model.load import Components
from tilebake.paint.regional.layers import AttentionLayer, cross_attention_levels


@pytest.fixture
def subject(tiny_components: Components) -> Subject:
    return Subject(tiny_components.unet, (32, 40), 8)


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("terrains", [2, 8, 32])
def test_layouts_have_every_terrain(name: str, terrains: int) -> None:
    layout = LAYOUTS[name](12, 16, terrains)
    assert layout.shape == (12, 16)
    assert len(map_of(layout).terrains) == len(np.unique(layout)) >= terrains - 2
    assert (layout >= 0).all()
    assert (layout < terrains).all()


def test_a_river_is_one_tile_wide_in_every_column() -> None:
    assert ((LAYOUTS["rivers"](12, 16, 8) == 7).sum(axis=0) == 1).all()


def test_stock_with_its_keys_kept_predicts_what_stock_does(subject: Subject) -> None:
    stock = subject.predict()
    with subject.install(Scenario("kept")):
        torch.testing.assert_close(subject.predict(), stock)
    assert torch.equal(subject.predict(), stock), "the UNet is as it was"


def test_ours_is_the_literal_loop(subject: Subject) -> None:
    found = {figure.name: figure for figure in measure_exactness(subject, ["blobs", "checker"], 8)}
    for figure in found.values():
        assert figure.is_met is not False, figure
    assert found["blobs of 8, epsilon 0: largest difference"].value != 0


def test_layers_are_timed_one_after_another_with_what_stands_in_them(subject: Subject) -> None:
    called: list[str] = []
    layers = cross_attention_levels(subject.unet)

    def noting(name: str) -> MakeProcessor:
        def make(layer: AttentionLayer) -> Any:
            def process(_attn: Attention, hidden_states: torch.Tensor, **_: Any) -> torch.Tensor:
                assert hidden_states.shape == (
                    2,
                    (32 >> layer.level) * (40 >> layer.level),
                    layer.attn.query_dim,
                )
                called.append(name)
                return hidden_states

            return process

        return make

    text = torch.cat([subject.negative.prompt_embeds, subject.base.prompt_embeds])
    alone = Layers(subject.unet, subject.size, text)
    for name in ("one", "other"):
        with processors(subject.unet, noting(name)):
            assert alone.seconds() > 0
    assert called == ["one"] * len(layers) + ["other"] * len(layers)


def test_sides_take_turns_and_the_first_round_warms_up() -> None:
    times = iter([9.0, 9.0, 1.0, 2.0, 3.0, 4.0])
    assert in_turn([lambda: next(times)] * 2, rounds=2) == [[1.0, 3.0], [2.0, 4.0]]


def test_the_difference_of_layers_is_set_against_a_pass_of_its_round(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, alone = iter([9.0, 1.0, 2.0]), iter([9.0] * 3 + [0.3, 0.2, 0.4] + [0.3, 0.1, 0.7])

    def next_pass(_: Subject) -> float:
        return next(whole)

    def next_layers(_: Layers) -> float:
        return next(alone)

    monkeypatch.setattr(Subject, "forward", next_pass)
    monkeypatch.setattr(Layers, "seconds", next_layers)
    sides = [Scenario("stock"), Scenario("kept"), Scenario("ours", "blobs", 8)]
    found = {figure.name: figure for figure in measure_layers(subject, sides, rounds=2)}
    assert found["stock, a pass"].value == 1.5
    assert found["kept / stock"].value == pytest.approx((0.9 + 0.9) / 2)
    assert found["ours, blobs of 8 / stock"].value == pytest.approx((1.1 + 1.2) / 2)


def test_ratios_are_to_the_same_round() -> None:
    ours = Scenario("ours", "blobs", 8)
    seconds = {Scenario("stock"): [1.0, 2.0, 4.0], Scenario("kept"): [1.0, 1.0, 1.0], ours: [0.9, 2.2, 3.8]}
    found = {figure.name: figure for figure in figures(seconds)}
    over_stock = found["ours, blobs of 8 / stock"]
    assert over_stock.value == pytest.approx(0.95)
    assert (over_stock.most, over_stock.note) == (0.97, "0.900 to 1.100")
    assert found["ours, blobs of 8 / kept"].value == pytest.approx(2.2)


@pytest.mark.parametrize("is_apart", [False, pytest.param(True, marks=pytest.mark.long)])
def test_the_memory_of_each_side_is_measured(is_apart: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes of their own import torch and load the model each; within this one a peak never falls."""

    def run_here(side: Callable[[Bench], int], bench: Bench) -> int:
        return side(bench)

    if not is_apart:
        monkeypatch.setattr(memory, "run_apart", run_here)
    stock, pair, in_turn = measure_memory(Bench("embedded", "float32", (32, 40), 8))
    assert (stock.value or 0.0) > 1e8
    assert all((0.5 if is_apart else 1) <= (figure.value or 0.0) < 2 for figure in (pair, in_turn))


def test_memory_is_measured_in_processes_of_their_own() -> None:
    processes = {run_apart(eval, "__import__('os').getpid()") for _ in range(2)}
    assert len(processes - {os.getpid()}) == 2


def test_preparing_is_set_against_a_pass(subject: Subject) -> None:
    seconds, share = measure_preparing(subject, 4)
    assert (seconds.value or 0.0) > 0
    assert (share.value or 0.0) > 0
