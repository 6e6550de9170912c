"""Nothing is written outside of a project, whatever its files say and its links lead to, by any entrance."""

import itertools
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers.game import MAP
from tests.helpers.quick_bake import quick_texture, run_quickly
from tilebake.errors import TilebakeError
from tilebake.level.project import FILE_NAME, project_root
from tilebake.serve.bake.plan import BakeOptions
from tilebake.serve.bake.publish import publish
from tilebake.serve.project_maps import ProjectMaps
from tilebake.serve.watching.snapshot import snapshot

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")

SAID = ("{outside}", "../outside", "a/../../outside", "~/outside", "C:out", r"\\\\srv\\out", "file:///out")
LED = ("door", "door/levels", "inner/door", "a\\u0000b", ".")
LINKED = (
    *("levels", "levels/sub", "out", "out/levels", "out/levels/sub"),
    *(
        "levels/a.png",
        "levels/a.bake.json",
        "levels/a.report.png",
        "out/levels/a.png",
        "out/levels/a.bake.json",
    ),
)
TARGETS = ("levels", "project/levels", "nowhere", "chain")

Build = Callable[[Path, Path], None]


def said(key: str, value: str) -> Build:
    """A project file that names something else."""

    def build(game: Path, outside: Path) -> None:
        text = value.format(outside=outside)
        (game / FILE_NAME).write_text(f"{key} = {f'[{text!r}]' if key == 'maps' else repr(text)}")

    return build


def linked(place: str, target: str, *, with_output: bool) -> Build:
    """A link in the place of a folder or a file of the project."""

    def build(game: Path, outside: Path) -> None:
        (game / FILE_NAME).write_text('maps = ["levels"]\n' + ('output = "out"\n' if with_output else ""))
        link = game / place
        if link.is_dir():
            shutil.rmtree(link)
        link.parent.mkdir(parents=True, exist_ok=True)
        is_file = place.endswith((".png", ".json"))
        link.symlink_to(outside / ("victim.png" if is_file and target == "levels" else target))

    return build


def cases() -> Iterator[Build]:
    for key, value in itertools.product(("output", "maps"), (*SAID, *LED)):
        yield said(key, value)
    for place, target, with_output in itertools.product(LINKED, TARGETS, (False, True)):
        yield linked(place, target, with_output=with_output)


def bake_by_the_project(game: Path) -> None:
    run_quickly("bake", "--force", "--no-cache")
    run_quickly("clean")
    assert Path.cwd() == game


def bake_what_is_named(game: Path) -> None:
    for name in ("levels", "levels/a.json", "levels/sub", "door", "door/levels/a.json", "inner/door"):
        if (game / name).exists():
            run_quickly("bake", name, "--force", "--no-cache")


def watch_it(game: Path) -> None:
    """What a watch does with a project: look, read, paint and publish."""
    try:
        maps = ProjectMaps(project_root(game), BakeOptions())
    except TilebakeError:
        return
    for name in snapshot(maps.places().folders, ()).seen:
        known = maps.read(Path(name))
        if known is not None and known.diagnostic is None:
            planned = maps.plan(known.id)
            try:
                publish(quick_texture(planned.request), planned.request, planned.png, planned.root)
            except TilebakeError:
                continue


def everything_in(folder: Path) -> dict[str, bytes | str]:
    return {
        str(path): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """What must stay as it is: maps, a picture, another project."""
    outside = tmp_path / "outside"
    for folder in (outside / "levels", outside / "project/levels"):
        folder.mkdir(parents=True)
        (folder / "a.json").write_text(json.dumps(MAP), encoding="utf-8")
    (outside / "project" / FILE_NAME).write_text('maps = ["levels"]\n', encoding="utf-8")
    (outside / "victim.png").write_bytes(b"a picture of somebody else")
    (outside / "chain").symlink_to("levels")
    return outside


@pytest.mark.parametrize("step", [13, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("enter", [bake_by_the_project, bake_what_is_named, watch_it])
def test_nothing_outside_of_a_project_is_touched(
    enter: Callable[[Path], None], step: int, outside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, tries, painted = everything_in(outside), 0, 0
    for build in list(cases())[::step]:
        game = tmp_path / "game"
        for folder in ("levels/sub", "inner"):
            (game / folder).mkdir(parents=True)
            (game / folder / "a.json").write_text(json.dumps(MAP), encoding="utf-8")
        (game / "levels/a.json").write_text(json.dumps(MAP), encoding="utf-8")
        (game / "door").symlink_to(outside)
        (game / "inner/door").symlink_to(outside / "project/levels")
        build(game, outside)
        monkeypatch.chdir(game)
        enter(game)
        assert everything_in(outside) == before, build
        assert {path.name for path in tmp_path.iterdir()} == {"outside", "game"}, build
        tries += 1
        painted += any(game.rglob("*.png"))
        shutil.rmtree(game)
    assert tries == -(-104 // step)
    assert painted > tries // 5, "most projects still have maps of their own to paint"
