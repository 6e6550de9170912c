"""A source that was painted once is not painted again, and every edit of it has the same bytes."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
import torch

from tilebake.level.edit.edit import Edit, LocalBlend, Refine, Replace, Reweight, Rewrite, Threshold
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import TileMap, parse_map
from tilebake.paint.control.editing import EditedFrom, EditPair, edit_scene
from tilebake.paint.control.kept_source.record import SourceRecord, SourceStep
from tilebake.paint.control.kept_source.store import MOST_KEPT, SourceSlot, SourceStore
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.scene import Painted, Scene
from tilebake.paint.schedulers import RECIPES, SolverHistory
from tilebake.request import BakeRequest, Step

STEPS = 5
LATENTS_ALONE = 150_000  # bytes
ANYWHERE = Threshold(0.3, average=True, floor=0.0)
FIRST = Edit({"grass": Rewrite("lush green snow", Replace(0.6))}, 0.4)
OTHERS = {
    "nothing": Edit({}),
    "the same": FIRST,
    "more of the attention": Edit({"grass": Rewrite("lush green sand", Replace(1.0))}, 1.0),
    "late": Edit({"grass": Rewrite("lush green lava", Replace(0.9))}, 0.9, source_steps=0.6),
    "none of it": Edit({"water": Rewrite("deep blue lava", Replace(0.0))}, 0.0, source_steps=0),
    "within a threshold": Edit(
        {"grass": Rewrite("lush green grass", Refine(), Reweight({"green": 4}, ANYWHERE))}
    ),
    "where words are": Edit(
        {None: Rewrite("top down photo")}, local_blend=LocalBlend(("map", "photo"), ANYWHERE), source_steps=0
    ),
}


def lake(**changes: object) -> TileMap:
    wire = {
        "tilebake": 1,
        "base_prompt": "top down map",
        "tile_size": 16,
        "terrains": {"grass": "lush green grass", "water": "deep blue water"},
        "legend": {"g": "grass", "w": "water"},
        "rows": ["gggwww", "ggwwww", "ggggww"],
    }
    return parse_map(json.dumps(wire | changes))


def ask(scheduler: str = "dpmpp_2m", **changes: object) -> BakeRequest:
    wire = {"pixels_per_tile": 16, "steps": STEPS, "guidance_scale": 4.0, "scheduler": scheduler}
    settings = BakeSettings.model_validate(wire)
    return BakeRequest(lake(**changes), settings, model="tiny", model_digest="0" * 64, seed=5)


def ignore(_: Step) -> None:
    """For a caller who need not know how far it is."""


class Passes:
    """Counts what a UNet is given while the block lasts."""

    def __init__(self, components: Components) -> None:
        self.batches: list[int] = []
        self._unet = components.unet

    def __enter__(self) -> "Passes":
        def note(_: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            self.batches.append(len(inputs[0]))

        self._hook = self._unet.register_forward_pre_hook(note)
        return self

    def __exit__(self, *_: object) -> None:
        self._hook.remove()


def same(kept: Painted[EditedFrom], anew: Painted[EditedFrom]) -> None:
    np.testing.assert_array_equal(kept.image, anew.image)
    np.testing.assert_array_equal(kept.extra.source, anew.extra.source)
    np.testing.assert_array_equal(kept.extra.mask, anew.extra.mask)
    assert kept.notes == anew.notes


class Compared(NamedTuple):
    """Edits, each with what it makes where nothing was kept."""

    scene: Scene
    anew: Sequence[tuple[Edit, Painted[EditedFrom]]]


def paint_anew(components: Components, scheduler: str, edits: Iterable[Edit]) -> Compared:
    scene = Pipeline(components).scene(ask(scheduler))
    return Compared(scene, [(edit, edit_scene(components, scene, edit, ignore)) for edit in edits])


@pytest.fixture(scope="module")
def others(tiny_components: Components) -> Compared:
    return paint_anew(tiny_components, "unipc", OTHERS.values())


def check_edits(components: Components, compared: Compared, most_bytes: int) -> None:
    slot = SourceSlot(SourceStore(most_bytes), "lake")
    edit_scene(components, compared.scene, FIRST, ignore, slot=slot)
    for edit, anew in compared.anew:
        assert slot.find() is not None
        assert slot.store.nbytes <= most_bytes
        same(edit_scene(components, compared.scene, edit, ignore, slot=slot), anew)


@pytest.mark.parametrize("scheduler", RECIPES)
def test_an_edit_of_a_kept_source_has_the_bytes_of_one_that_paints_both(
    scheduler: str, tiny_components: Components
) -> None:
    edits = [FIRST, OTHERS["more of the attention"], OTHERS["late"]]
    check_edits(tiny_components, paint_anew(tiny_components, scheduler, edits), MOST_KEPT)


@pytest.mark.parametrize("scheduler", RECIPES)
def test_steps_whose_latents_are_the_sources_need_no_pass_of_the_target(
    scheduler: str, tiny_components: Components
) -> None:
    def predict_all(pair: EditPair) -> None:
        pair.control.first_step = 0

    scene, late = Pipeline(tiny_components).scene(ask(scheduler)), OTHERS["late"]
    with Passes(tiny_components) as counted:
        edited = edit_scene(tiny_components, scene, late, ignore)
    assert len(counted.batches) == 2 * STEPS - 2, "of three steps solvers remember the last"
    with Passes(tiny_components) as counted:
        same(edited, edit_scene(tiny_components, scene, late, ignore, on_pair=predict_all))
    assert len(counted.batches) == 2 * STEPS
    assert (edited.image != edited.extra.source).any()


@pytest.mark.parametrize("most_bytes", [MOST_KEPT, LATENTS_ALONE], ids=["with attention", "latents alone"])
def test_what_an_edit_asks_for_and_is_not_kept_is_made_from_the_latents(
    most_bytes: int, tiny_components: Components, others: Compared
) -> None:
    check_edits(tiny_components, others, most_bytes)


def test_a_second_edit_runs_the_unet_for_the_target_alone(tiny_components: Components) -> None:
    pipeline = Pipeline(tiny_components, sources=SourceStore())
    shares: list[float] = []
    for prompt, passes in (("lush green snow", 2 * STEPS), ("lush green sand", STEPS)):
        with Passes(tiny_components) as counted:
            texture = pipeline.bake(ask(edit={"terrains": {"grass": prompt}}), ignore)
        assert len(counted.batches) == passes
        shares.append(texture.share)
    assert shares == [1.0, 0.5]
    with Passes(tiny_components) as counted:
        pipeline.bake(replace(ask(edit={"terrains": {"grass": "snow"}}), seed=6), ignore)
    assert len(counted.batches) == 2 * STEPS, "another seed is another source"


def test_from_latents_alone_the_source_runs_where_its_attention_counts(tiny_components: Components) -> None:
    scene = Pipeline(tiny_components).scene(ask())
    slot = SourceSlot(SourceStore(LATENTS_ALONE), "lake")
    for passes in (2 * STEPS, STEPS + 3):  # 0.6 of the steps are replaced
        with Passes(tiny_components) as counted:
            edit_scene(tiny_components, scene, FIRST, ignore, slot=slot)
        assert len(counted.batches) == passes


def test_what_is_kept_is_bounded_and_the_one_used_longest_ago_goes_first() -> None:
    def record(steps: int) -> SourceRecord:
        latents, attention = torch.zeros(1, 4, 5, 5), (torch.zeros(1, 2, 100, 10),)
        step = SourceStep(latents, latents, latents, None, attention, attention)
        return SourceRecord((step,) * steps, np.zeros((40, 40, 3), np.float32))

    store = SourceStore(2 * record(1).nbytes)
    store.put("a", record(1))
    store.put("b", record(1))
    assert store.get("a") is not None
    store.put("c", record(1))
    assert store.get("b") is None
    assert store.get("a") is not None
    store.put("d", record(4))
    alone = store.get("d")
    assert alone is not None
    assert all(step.queries is None and step.self_attention is None for step in alone.steps)
    assert store.nbytes <= store.most_bytes
    store.put("e", record(200))
    assert store.get("e") is None


def test_nothing_is_kept_of_a_painting_for_which_memory_ran_out(tiny_components: Components) -> None:
    def full_for_a_pair(_: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if len(inputs[0]) > 1:
            raise torch.OutOfMemoryError("CUDA out of memory")

    pipeline = Pipeline(tiny_components, sources=(store := SourceStore()))
    pipeline.edit(ask(), FIRST, ignore)
    assert store.nbytes > 0
    hook = tiny_components.unet.register_forward_pre_hook(full_for_a_pair)
    degraded = pipeline.edit(ask(), FIRST, ignore)
    hook.remove()
    assert degraded.degraded == ("guidance in two passes",)
    assert degraded.share == 1.0
    assert store.nbytes == 0


def test_latents_of_a_96_by_128_canvas_at_full_size_take_an_eighth_of_the_room() -> None:
    """SDXL's 30 steps with a solver that remembers two predictions."""
    latents = torch.empty(1, 4, 96, 128, device="meta")
    step = SourceStep(latents, latents, latents, SolverHistory(latents, (latents, latents)))
    record = SourceRecord((step,) * 30, np.empty((768, 1024, 3), np.float32))
    assert record.nbytes == 30 * 6 * 4 * 4 * 96 * 128 + 4 * 3 * 768 * 1024
    assert record.nbytes < MOST_KEPT / 8
