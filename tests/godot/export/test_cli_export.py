"""Test the command line that exports maps without the editor: exit codes, output, and the files it writes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.godot.harness.engine import Engine, Run, copy_project, write_project
from tests.godot.harness.scenes import (
    EXPORT,
    baked,
    export,
    layer,
    level,
    make_scenes,
    map_of,
    node,
    scene,
    tile,
)

GROUND: Final = layer("Ground", [tile(x, 0, 0) for x in range(3)])
WORDS: Final = {
    "base_prompt": '"a meadow\\nby \\"the\\" sea\\tand\\\\v\\u000b "',
    "negative_prompt": '"text"',
    "bake_seed": "7",
    "pixels_per_tile": "32",
    "settings": '{"steps": 4.0, "guidance_scale": 2.5, "palette": ["#00ff00"], "scheduler": null}',
}
SCENES: Final = [
    scene("res://levels/meadow.tscn", node("Node2D", GROUND, baked(**WORDS), name="Level")),
    level("res://levels/shore.tscn", layer("Ground", [tile(0, 0, 2)])),
    scene("res://menu.tscn", node("Node2D", name="Menu")),
]
MEADOW: Final = "res://levels/meadow.tscn"


@pytest.fixture(scope="module")
def made(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an imported project of two levels and a menu, with nothing exported."""
    folder = write_project(tmp_path_factory.mktemp("made") / "game", {}, plugin=False)
    make_scenes(engine, folder, SCENES)
    return folder


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """Copy that project for one test."""
    folder = copy_project(tmp_path / "game", made)
    (folder / ".godot").mkdir()
    for name in ("global_script_class_cache.cfg", "uid_cache.bin"):
        (folder / ".godot" / name).write_bytes((made / ".godot" / name).read_bytes())
    return folder


@pytest.fixture
def run(engine: Engine, project: Path) -> Callable[..., Run]:
    """Return a function that runs the command line on the project and expects an exit code."""

    def expect(*arguments: str, code: int = 0) -> Run:
        return export(engine, project, *arguments).check(code)

    return expect


def maps(project: Path) -> dict[str, int]:
    """Return the map files and when each was written."""
    return {path.name: path.stat().st_mtime_ns for path in project.glob("maps/**/*.tilebake.json")}


def test_all_exports_every_scene_and_prints_a_line_each(project: Path, run: Callable[..., Run]) -> None:
    output = run("--all").lines("res://levels/")
    assert output == [
        "meadow.tscn: maps/levels/meadow.tilebake.json, 3 cells, written",
        "shore.tscn: maps/levels/shore.tilebake.json, 1 cells, written",
    ]
    assert set(maps(project)) == {"meadow.tilebake.json", "shore.tilebake.json"}


def test_a_map_that_did_not_change_is_not_written(project: Path, run: Callable[..., Run]) -> None:
    run("--all")
    before = maps(project)
    output = run("--all")
    assert [line.rpartition(", ")[2] for line in output.lines("res://")] == ["unchanged", "unchanged"]
    assert maps(project) == before


@pytest.mark.parametrize("path", [MEADOW, "levels/meadow.tscn", "./levels/meadow.tscn"])
def test_a_scene_may_be_named_by_either_path(project: Path, run: Callable[..., Run], path: str) -> None:
    run(path)
    assert set(maps(project)) == {"meadow.tilebake.json"}


def test_the_nodes_prompts_seed_and_settings_are_in_the_map(project: Path, run: Callable[..., Run]) -> None:
    run(MEADOW)
    exported = map_of(project, MEADOW)
    assert exported["base_prompt"] == 'a meadow\nby "the" sea\tand\\v'
    assert (exported["negative_prompt"], exported["seed"]) == ("text", 7)
    assert exported["settings"] == {
        "guidance_scale": 2.5,
        "palette": ["#00ff00"],
        "pixels_per_tile": 32,
        "scheduler": None,
        "steps": 4,
    }
    assert type(exported["settings"]["steps"]) is int
    assert list(exported["settings"]) == sorted(exported["settings"])


def test_check_writes_nothing_and_reports_what_is_out_of_date(project: Path, run: Callable[..., Run]) -> None:
    run("--all", "--check", code=3)
    assert not maps(project)
    run("--all")
    run("--all", "--check")
    file = project / "maps/levels/meadow.tilebake.json"
    map_file = json.loads(file.read_bytes())
    file.write_text(json.dumps({**map_file, "seed": 8}), encoding="utf-8")
    before = maps(project)
    output = run("--all", "--check", code=3)
    assert [line for line in output.lines("res://") if "OUT OF DATE" in line] == [
        "levels/meadow.tscn: maps/levels/meadow.tilebake.json, 3 cells, "
        "OUT OF DATE: save the scene, or export it, and commit the map"
    ]
    assert maps(project) == before


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "name the scenes to export, or use --all"),
        (("--all", MEADOW), "name the scenes to export, or use --all"),
        (("--al",), "unknown option --al"),
    ],
)
def test_wrong_arguments_are_refused_with_the_usage(
    run: Callable[..., Run], arguments: tuple[str, ...], reason: str
) -> None:
    output = run(*arguments, code=2)
    assert output.lines("error: ") == [reason]
    assert "Usage: godot" in output.log


def test_help_lists_the_options(run: Callable[..., Run]) -> None:
    assert "--strict" in run("--help").log


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("res://menu.tscn", "it has no BakedTileMap. Add one beside its layers."),
        (
            "res://levels/medow.tscn",
            "it cannot be loaded as a scene. Check the path and the messages above.",
        ),
    ],
)
def test_a_scene_without_a_map_fails_and_the_others_are_exported(
    project: Path, run: Callable[..., Run], path: str, reason: str
) -> None:
    output = run(path, MEADOW, code=1)
    assert output.lines("error: ") == [f"{path}: {reason}"]
    assert set(maps(project)) == {"meadow.tilebake.json"}


def test_a_project_that_is_not_imported_is_refused(engine: Engine, tmp_path: Path) -> None:
    project = write_project(tmp_path / "game", {}, plugin=False)
    output = export(engine, project, "--all").check(1)
    assert len(output.lines("error: the project is not imported yet. Run `godot --headless")) == 1


def test_a_map_that_cannot_be_written_fails(project: Path, run: Callable[..., Run]) -> None:
    (project / "maps").write_text("a file where a folder belongs", encoding="utf-8")
    (error,) = run(MEADOW, code=1).lines("error: ")
    assert error.startswith(f"{MEADOW}: res://maps/levels/meadow.tilebake.json cannot be written: ")


def test_strict_treats_a_tile_that_its_tile_set_has_lost_as_an_error(
    engine: Engine, project: Path, run: Callable[..., Run]
) -> None:
    lost = level("res://lost.tscn", layer("Ground", [tile(0, 0), tile(1, 0, 7)]))
    make_scenes(engine, project, [lost])
    assert run("res://lost.tscn").lines("warning: res://lost.tscn: Ground at cell (1, 0): ")
    assert run("res://lost.tscn", "--strict", code=1).lines("error: res://lost.tscn: Ground at cell (1, 0): ")


def test_two_scenes_cannot_share_a_map_file(engine: Engine, project: Path, run: Callable[..., Run]) -> None:
    own = '"res://maps/levels/meadow.tilebake.json"'
    make_scenes(
        engine, project, [scene("res://z.tscn", node("Node2D", GROUND, baked(map_file=own), name="Z"))]
    )
    assert run(MEADOW, "res://z.tscn", code=1).lines("error: ") == [
        f"res://z.tscn: Bake: its map file res://maps/levels/meadow.tilebake.json is that of {MEADOW}. "
        "Save this scene in the editor, or clear map_file."
    ]


def test_the_script_is_at_the_documented_path(project: Path) -> None:
    assert (project / EXPORT.removeprefix("res://")).is_file()
