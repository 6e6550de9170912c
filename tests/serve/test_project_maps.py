"""Maps: what is known of each, and how it is shown."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers.game import Game, game_in
from tilebake.errors import Diagnostic, MapError
from tilebake.serve.bake.plan import BakeOptions
from tilebake.serve.jobs.service import UnknownIdError
from tilebake.serve.jobs.status import JobState, JobView, MapState
from tilebake.serve.kept_plans import KeptPlans
from tilebake.serve.project_maps import ProjectMap, ProjectMaps, view_of

MISTAKE = Diagnostic("not JSON")
PATH = Path("levels/forest.json")


@pytest.fixture
def game(tmp_path: Path) -> Game:
    return game_in(tmp_path)


@pytest.fixture
def maps(game: Game) -> ProjectMaps:
    return ProjectMaps(game.root, BakeOptions())


@pytest.mark.parametrize(
    ("known", "state", "digest", "expected"),
    [
        (ProjectMap("f", PATH, diagnostic=MISTAKE), "done", "d", "failed"),
        (ProjectMap("f", PATH, digest="d"), None, "", "up to date"),
        (ProjectMap("f", PATH, digest="d", stale="changed"), None, "", "stale"),
        (ProjectMap("f", PATH, digest="d", stale="changed"), "waiting", "d", "waiting"),
        (ProjectMap("f", PATH, digest="d", stale="changed"), "running", "d", "baking"),
        (ProjectMap("f", PATH, digest="d", stale="changed"), "failed", "d", "failed"),
        (ProjectMap("f", PATH, digest="d", stale="changed"), "set aside", "d", "failed"),
        (ProjectMap("f", PATH, digest="d", stale="changed"), "failed", "before", "stale"),
        (ProjectMap("f", PATH, digest="d", stale="changed"), "cancelled", "d", "stale"),
        (ProjectMap("f", PATH, digest="d"), "failed", "d", "up to date"),
        (ProjectMap("f", PATH, digest="d"), "done", "d", "up to date"),
    ],
)
def test_a_maps_status_follows_its_file_and_its_latest_job(
    known: ProjectMap, state: JobState | None, digest: str, expected: MapState
) -> None:
    job = None if state is None else JobView(1, "f", digest, state, diagnostic=MISTAKE)
    shown = view_of(known, job)
    assert shown.state == expected
    assert (shown.diagnostic is not None) == (expected == "failed")


def test_a_map_is_known_by_its_path_in_the_project(game: Game, maps: ProjectMaps) -> None:
    known = maps.read(game.save("forest", 1))
    assert known is not None
    assert (known.id, known.stale, known.png) == ("levels/forest.json", "not baked yet", game.png("forest"))
    assert view_of(known, None).texture == "levels/forest.png"
    request = maps.plan(known.id).request
    assert request.digest() == known.digest
    maps.mark_baked(known.id, replace(request, seed=2))
    assert maps.find(known.id).stale
    maps.mark_baked(known.id, request)
    assert maps.find(known.id).stale, "no picture is there"
    game.publish("forest")
    maps.mark_baked(known.id, request)
    assert maps.find(known.id).stale is None
    assert maps.forget(known.path) == known.id
    assert maps.forget(known.path) is None
    with pytest.raises(UnknownIdError):
        maps.find(known.id)


def test_a_picture_outside_of_the_project_has_no_path_in_it(game: Game) -> None:
    known = ProjectMaps(game.root, BakeOptions(out=game.root.parent / "elsewhere")).read(
        game.save("forest", 1)
    )
    assert known is not None
    assert known.png is not None
    assert view_of(known, None).texture == ""


def test_a_file_that_is_no_map_is_passed_over_unless_it_was_one(game: Game, maps: ProjectMaps) -> None:
    other = game.path("other")
    other.write_text("{}", encoding="utf-8")
    assert maps.read(other) is None
    maps.read(game.save("forest", 1))
    game.path("forest").write_text("{}", encoding="utf-8")
    known = maps.read(game.path("forest"))
    assert known is not None
    assert known.diagnostic is not None


def test_plan_is_kept_until_a_file_of_it_changes(game: Game, maps: ProjectMaps) -> None:
    known = maps.read(game.save("forest", 1))
    assert known is not None
    planned = maps.plan(known.id)
    assert maps.plan(known.id) is planned
    game.save("forest", 2)
    newer = maps.plan(known.id)
    assert (planned.request.seed, newer.request.seed) == (1, 2)
    game.png("forest").write_bytes(b"another texture")
    assert maps.plan(known.id) is not newer
    toml = game.root / "tilebake.toml"
    before = maps.plan(known.id)
    toml.write_text(toml.read_text(encoding="utf-8") + 'style = "pixel art"\n', encoding="utf-8")
    assert maps.plan(known.id).digest != before.digest
    maps.mark_baked(known.id, maps.plan(known.id).request)
    assert maps.plan(known.id) is not before


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:100])


def write_other_of_same_size_and_time(file: Path) -> None:
    status = file.stat()
    file.write_bytes(bytes(status.st_size))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def replace_by_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    "damage", [truncate, write_other_of_same_size_and_time, replace_by_folder, Path.unlink]
)
@pytest.mark.parametrize("suffix", [".png", ".bake.json"])
def test_map_is_outdated_once_its_texture_or_record_has_changed_and_settled(
    damage: Callable[[Path], None], suffix: str, game: Game, maps: ProjectMaps
) -> None:
    path = game.save("forest", 1)
    game.publish("forest")
    assert maps.read(path)
    assert maps.outdated(10) == ()
    assert maps.outdated(10) == ()
    damage(path.with_suffix(suffix))
    assert maps.outdated(10) == (), "perhaps it is being written"
    assert maps.outdated(10) == (path,)
    known = maps.read(path)
    assert known is not None
    assert known.stale
    assert maps.outdated(10) == maps.outdated(10) == ()


def test_published_texture_is_outdated_if_it_was_damaged_before_anybody_looked(
    game: Game, maps: ProjectMaps
) -> None:
    known = maps.read(game.save("forest", 1))
    assert known is not None
    request = maps.plan(known.id).request
    game.publish("forest")
    truncate(game.png("forest"))
    maps.mark_baked(known.id, request)
    assert maps.outdated(10) == ()
    assert maps.outdated(10) == (known.path,)


def test_map_is_outdated_when_another_version_was_read_in_between(game: Game, maps: ProjectMaps) -> None:
    first = maps.read(game.save("forest", 1))
    assert first is not None
    content = first.path.read_bytes()
    game.save("forest", 2)
    assert maps.plan(first.id).request.seed == 2, "read by another than the watch"
    first.path.write_bytes(content)
    assert maps.outdated(10) == ()
    assert maps.outdated(10) == (first.path,)


def test_outdated_maps_are_found_in_rounds_and_wait_for_no_second_round(
    game: Game, maps: ProjectMaps
) -> None:
    paths = [game.save(name, 1) for name in ("a", "b", "c")]
    for path in paths:
        maps.read(path)
        game.publish(path.stem)
    assert [maps.outdated(1) for _ in range(4)] == [(), (paths[0],), (paths[1],), (paths[2],)]


@pytest.mark.parametrize("suffix", [".png", ".bake.json"])
def test_map_is_bereft_once_two_looks_have_missed_its_picture_or_record(
    suffix: str, game: Game, maps: ProjectMaps
) -> None:
    path = game.save("forest", 1)
    game.publish("forest")
    assert maps.read(path)
    file = path.with_suffix(suffix)
    content = file.read_bytes()
    file.unlink()
    assert maps.bereft(10) == (), "perhaps it is being replaced"
    file.write_bytes(content)
    assert maps.bereft(10) == maps.bereft(10) == ()
    file.unlink()
    assert [maps.bereft(10), maps.bereft(10)] == [(), (path,)]
    maps.read(path)
    assert maps.bereft(10) == maps.bereft(10) == (), "it is stale now, and queued"


def test_picture_that_is_deleted_as_soon_as_it_is_published_is_missed_too(
    game: Game, maps: ProjectMaps
) -> None:
    known = maps.read(game.save("forest", 1))
    assert known is not None
    request = maps.plan(known.id).request
    assert maps.bereft(10) == maps.bereft(10) == (), "it is yet to be painted"
    game.publish("forest")
    game.png("forest").unlink()
    maps.mark_baked(known.id, request)
    assert maps.find(known.id).stale
    assert [maps.bereft(10), maps.bereft(10)] == [(), (known.path,)]


def test_bereft_maps_are_found_in_rounds_and_wait_for_no_second_round(game: Game, maps: ProjectMaps) -> None:
    paths = [game.save(name, 1) for name in ("a", "b", "c")]
    for path in paths:
        game.publish(path.stem)
        maps.read(path)
        path.with_suffix(".png").unlink()
    assert [maps.bereft(1) for _ in range(4)] == [(), (paths[0],), (paths[1],), (paths[2],)]


def test_map_that_is_gone_with_its_picture_is_not_bereft(game: Game, maps: ProjectMaps) -> None:
    path = game.save("forest", 1)
    game.publish("forest")
    maps.read(path)
    for file in (path, game.png("forest")):
        file.unlink()
    assert maps.bereft(10) == maps.bereft(10) == (), "the watch reports it"


def test_map_that_is_gone_is_not_outdated(game: Game, maps: ProjectMaps) -> None:
    maps.read(game.save("forest", 1))
    game.path("forest").unlink()
    assert maps.outdated(10) == maps.outdated(10) == (), "the watch reports it"


def test_kept_plans_are_bounded_by_their_tiles(game: Game) -> None:
    plans = KeptPlans(most_tiles=4)  # a map here has two
    for name in ("a", "b", "c"):
        game.save(name, 1)
        plans.keep(game.plan(name))
    assert [plans.current(game.path(name)) is not None for name in ("a", "b", "c")] == [False, True, True]


def test_a_circle_of_links_is_reported(game: Game, maps: ProjectMaps) -> None:
    known = maps.read(game.save("forest", 1))
    assert known is not None
    try:
        game.png("forest").symlink_to(game.png("forest"))
    except OSError:
        pytest.skip("no links here")
    with pytest.raises(MapError, match="check links"):
        maps.plan(known.id)


def test_the_places_are_as_the_last_sound_project_file_says(game: Game, maps: ProjectMaps) -> None:
    toml = game.root / "tilebake.toml"
    maps.read(game.save("forest", 1))
    assert maps.places().folders == (game.root / "levels",)
    toml.write_text("maps = [", encoding="utf-8")
    assert maps.places().folders == (game.root / "levels",)
    assert set(maps.places().files) == {toml, game.root / "levels" / "tilebake.toml"}
    toml.unlink()
    assert maps.places().folders == (game.root,)


def test_folders_that_cannot_hold_maps_are_told_once_and_a_foreign_one_is_not_looked_into(
    game: Game, tmp_path: Path
) -> None:
    (tmp_path / "foreign").mkdir()
    try:
        (game.root / "linked").symlink_to(tmp_path / "foreign", target_is_directory=True)
    except OSError:
        pytest.skip("no links here")
    text = 'maps = ["levels", "later", "linked"]\n'
    (game.root / "tilebake.toml").write_text(text, encoding="utf-8")
    maps = ProjectMaps(game.root, BakeOptions())
    folders = maps.places().folders
    assert [folder.name for folder in folders] == ["levels", "later"], "the later one may still be made"
    told = maps.new_problems()
    assert "there is no such map folder" in told[0]
    assert "leads out of the project" in told[1]
    maps.places()
    assert maps.new_problems() == []
