"""Many maps: the stale ones are baked, each model is made once, and none stops another."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tilebake.errors import BakeError, ModelError
from tilebake.request import Baker, BakeRequest, OnStep, Step
from tilebake.serve.bake.batch import Baked, Failed, Planned, Started, bake_maps, survey
from tilebake.serve.bake.discover import find_maps
from tilebake.serve.bake.plan import BakeOptions, PlannedBake, Planner
from tilebake.serve.bake.texture_cache import Cache, cached
from tilebake.serve.pages import make_picture
from tilebake.texture import Texture

MAP = {
    "tilebake": 1,
    "tile_size": 8,
    "terrains": {"grass": "grass"},
    "legend": {"g": "grass"},
    "rows": ["ggg"],
}
Textures = Callable[[BakeRequest], Texture]


class Studio:
    """Makes bakers that note what they are asked for, and fail where the seed says so."""

    def __init__(self, texture_of: Textures, *, failing_seed: int | None = None) -> None:
        self.made: list[str] = []
        self.baked: list[str] = []
        self._texture_of = texture_of
        self._failing_seed = failing_seed

    def baker_for(self, job: PlannedBake) -> Baker:
        self.made.append(job.request.model)
        return self._bake

    def _bake(self, request: BakeRequest, on_step: OnStep) -> Texture:
        on_step(Step(1, 1))
        self.baked.append(request.tilemap.name)
        if request.seed == self._failing_seed:
            raise BakeError("out of memory", hint="choose a smaller map")
        return self._texture_of(request)


def ignore(_step: Step) -> None:
    return


@pytest.fixture
def studio(texture_of: Textures) -> Studio:
    return Studio(texture_of)


@pytest.fixture
def order(tiny_sdxl_folder: Path) -> BakeOptions:
    return BakeOptions(model=str(tiny_sdxl_folder))


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    """Three maps, of which the middle one is broken."""
    folder = tmp_path / "maps"
    folder.mkdir()
    for seed, name in enumerate(("a", "c")):
        (folder / f"{name}.json").write_text(json.dumps({**MAP, "seed": seed}), encoding="utf-8")
    (folder / "b.json").write_text('{"tilebake": 1,', encoding="utf-8")
    return folder


def kinds(events: list[Planned | Started | Baked | Failed]) -> list[tuple[str, str]]:
    return [
        (type(e).__name__, e.map_path.stem if isinstance(e, Failed) else e.job.map_path.stem) for e in events
    ]


def test_all_maps_are_read_before_the_first_is_baked(maps: Path, order: BakeOptions, studio: Studio) -> None:
    events = list(bake_maps(find_maps([maps]), order, studio.baker_for, ignore))
    assert kinds(events) == [
        ("Planned", "a"),
        ("Failed", "b"),
        ("Planned", "c"),
        ("Started", "a"),
        ("Baked", "a"),
        ("Started", "c"),
        ("Baked", "c"),
    ]
    assert [(e.index, e.total) for e in events if isinstance(e, Started)] == [(1, 2), (2, 2)]
    assert {path.name for path in maps.glob("*.png")} == {"a.png", "c.png"}


def test_a_model_is_made_once(maps: Path, order: BakeOptions, studio: Studio) -> None:
    list(bake_maps(find_maps([maps]), order, studio.baker_for, ignore))
    assert len(studio.made) == 1


def test_an_unchanged_map_is_not_baked_again(maps: Path, order: BakeOptions, studio: Studio) -> None:
    list(bake_maps(find_maps([maps]), order, studio.baker_for, ignore))
    list(bake_maps(find_maps([maps]), order, studio.baker_for, ignore))
    assert studio.baked == ["a", "c"]


def test_force_bakes_what_is_up_to_date(maps: Path, order: BakeOptions, studio: Studio) -> None:
    list(bake_maps(find_maps([maps]), order, studio.baker_for, ignore))
    events = list(bake_maps(find_maps([maps]), order, studio.baker_for, ignore, force=True))
    assert studio.baked == ["a", "c"] * 2
    assert [e.written for e in events if isinstance(e, Baked)] == [False, False]


def test_what_the_cache_has_needs_no_model(
    maps: Path, order: BakeOptions, studio: Studio, tmp_path: Path
) -> None:
    def around(baker: Baker) -> Baker:
        return cached(baker, Cache(tmp_path / "cache"))

    list(bake_maps(find_maps([maps]), order, studio.baker_for, ignore, around=around))
    elsewhere = replace(order, out=tmp_path / "out")
    events = list(bake_maps(find_maps([maps]), elsewhere, studio.baker_for, ignore, around=around))
    assert [e.written for e in events if isinstance(e, Baked)] == [True, True]
    assert (tmp_path / "out" / "a.png").read_bytes() == (maps / "a.png").read_bytes()
    assert (len(studio.made), studio.baked) == (1, ["a", "c"])


def test_a_texture_stays_within_its_project(maps: Path, order: BakeOptions) -> None:
    (maps.parent / "tilebake.toml").write_text("", encoding="utf-8")
    in_place, elsewhere = order, replace(order, out=maps.parent / "out" / "deep")
    roots = [
        {e.job.root for e in survey(find_maps([maps]), each) if isinstance(e, Planned)}
        for each in (in_place, elsewhere)
    ]
    assert roots == [{maps.parent.resolve()}, {maps.parent}]


def test_a_bake_that_fails_stops_no_other(maps: Path, order: BakeOptions, texture_of: Textures) -> None:
    studio = Studio(texture_of, failing_seed=0)
    events = list(bake_maps(find_maps([maps]), order, studio.baker_for, ignore))
    assert kinds(events)[-4:] == [("Started", "a"), ("Failed", "a"), ("Started", "c"), ("Baked", "c")]
    assert {path.name for path in maps.glob("*.png")} == {"c.png"}


def test_a_model_that_cannot_be_loaded_is_tried_once(maps: Path, order: BakeOptions) -> None:
    tries: list[Path] = []

    def make_baker(job: PlannedBake) -> Baker:
        tries.append(job.map_path)
        raise ModelError("broken")

    events = list(bake_maps(find_maps([maps]), order, make_baker, ignore))
    assert [e.map_path.stem for e in events if isinstance(e, Failed)] == ["b", "a", "c"]
    assert len(tries) == 1


def test_what_nobody_foresaw_stops_no_other_map(
    maps: Path, order: BakeOptions, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, publish = Planner.plan, make_picture.publish

    def plan_all_but_c(planner: Planner, path: Path, *args: Any) -> PlannedBake:
        if path.stem == "c":
            raise MemoryError
        return plan(planner, path, *args)

    def publish_all_but_a(
        texture: Texture, request: BakeRequest, png: Path, *args: Any, **options: Any
    ) -> bool:
        if png.stem == "a":
            raise IndexError("no such chunk")
        return publish(texture, request, png, *args, **options)

    (maps / "d.json").write_text(json.dumps(MAP), encoding="utf-8")
    monkeypatch.setattr(Planner, "plan", plan_all_but_c)
    monkeypatch.setattr(make_picture, "publish", publish_all_but_a)
    events = list(bake_maps(find_maps([maps]), order, studio.baker_for, ignore))
    failures = {event.map_path.stem: event.error.what for event in events if isinstance(event, Failed)}
    assert failures["a"] == "a mistake of tilebake's own: IndexError: no such chunk"
    assert failures["c"] == "there is not enough memory for it"
    assert {path.name for path in maps.glob("*.png")} == {"d.png"}


def test_model_whose_load_nobody_foresaw_to_fail_is_tried_once(maps: Path, order: BakeOptions) -> None:
    tries: list[Path] = []

    def make_baker(job: PlannedBake) -> Baker:
        tries.append(job.map_path)
        raise ImportError("no such scheduler")

    events = list(bake_maps(find_maps([maps]), order, make_baker, ignore))
    errors = [event.error.what for event in events if isinstance(event, Failed)][1:]
    assert errors == ["a mistake of tilebake's own: ImportError: no such scheduler"] * 2
    assert len(tries) == 1


def test_what_on_step_raises_ends_the_batch(maps: Path, order: BakeOptions, studio: Studio) -> None:
    class StopError(Exception):
        pass

    def stop(step: Step) -> None:
        raise StopError(step)

    with pytest.raises(StopError):
        list(bake_maps(find_maps([maps]), order, studio.baker_for, stop))
    assert not list(maps.glob("*.png"))


def test_a_map_changed_in_its_seed_alone_is_baked_alone(
    maps: Path, order: BakeOptions, studio: Studio
) -> None:
    list(bake_maps(find_maps([maps]), order, studio.baker_for, ignore))
    (maps / "c.json").write_text(json.dumps({**MAP, "seed": 9}), encoding="utf-8")
    list(bake_maps(find_maps([maps]), order, studio.baker_for, ignore))
    assert studio.baked == ["a", "c", "c"]


def test_two_maps_never_share_a_texture(tmp_path: Path, order: BakeOptions, studio: Studio) -> None:
    for name in ("one/same.json", "two/same.json"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(json.dumps(MAP), encoding="utf-8")
    found = find_maps([tmp_path / "one", tmp_path / "two"])
    crowded = BakeOptions(model=order.model, out=tmp_path / "out")
    events = list(bake_maps(found, crowded, studio.baker_for, ignore))
    failures = [e for e in events if isinstance(e, Failed)]
    assert ["would overwrite" in str(failure.error) for failure in failures] == [True]
    assert studio.baked == ["same"]


def test_an_output_folder_mirrors_the_folder_of_the_maps(tmp_path: Path, order: BakeOptions) -> None:
    (tmp_path / "maps" / "deep").mkdir(parents=True)
    (tmp_path / "maps" / "deep" / "cave.tilebake.json").write_text(json.dumps(MAP), encoding="utf-8")
    found = find_maps([tmp_path / "maps"])
    events = list(survey(found, BakeOptions(model=order.model, out=tmp_path / "out")))
    assert [e.job.png for e in events if isinstance(e, Planned)] == [tmp_path / "out" / "deep" / "cave.png"]


def test_open_settings_are_decided_by_the_model(maps: Path, order: BakeOptions) -> None:
    planned = next(e for e in survey(find_maps([maps / "a.json"]), order) if isinstance(e, Planned))
    settings = planned.job.request.settings
    assert (settings.steps, settings.guidance_scale, settings.scheduler) == (3, 4.0, "euler")


def test_what_a_map_says_counts_over_the_project_and_the_order_over_both(
    maps: Path, order: BakeOptions
) -> None:
    (maps.parent / "tilebake.toml").write_text(
        'model = "nowhere"\n[settings]\nsteps = 11\nmask_sigma = 2.0\npixels_per_tile = 32\n',
        encoding="utf-8",
    )
    said = {**MAP, "settings": {"mask_sigma": 3.0, "pixels_per_tile": 48}}
    (maps / "a.json").write_text(json.dumps(said), encoding="utf-8")
    override = type(order.settings)(pixels_per_tile=64)
    ordered = BakeOptions(settings=override, model=order.model, seed=5)
    planned = next(e for e in survey(find_maps([maps / "a.json"]), ordered) if isinstance(e, Planned))
    request = planned.job.request
    assert (request.settings.steps, request.settings.mask_sigma) == (11, 3.0)
    assert (request.settings.pixels_per_tile, request.seed) == (64, 5)
