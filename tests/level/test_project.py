"""tilebake.toml: what it shares, what it may not name, and where pictures may go."""

from pathlib import Path

import pytest

from tilebake.errors import ProjectError
from tilebake.level.formats.worlds import Worlds
from tilebake.level.project import (
    FILE_NAME,
    Project,
    find_project,
    map_folders,
    output_path,
    read_project,
)
from tilebake.level.settings import SettingsOverride
from tilebake.level.terrain import EmbeddingRef, LoraRef, Terrain

FULL = """
model = "models/sdxl"
base_prompt = "a valley"
style = "hand painted"
negative_prompt = "blurry"
output = "baked"
maps = ["maps", "levels/bonus"]
loras = ["pixel.safetensors", { path = "snow.safetensors", weight = 0.5 }]

[embeddings]
Mossy-Style = "mossy.safetensors"

[settings]
pixels_per_tile = 48
steps = 20.0

[terrains]
grass = "lush green grass"
ice = { prompt = "blue ice", negative_prompt = "snow", weight = 2 }

[worlds]
coast = ["maps/west.json", "maps/east.json"]
"""


def write(folder: Path, text: str | bytes) -> Path:
    file = folder / FILE_NAME
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return file


def test_a_project_reads_every_key_of_its_file(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    assert read_project(write(tmp_path, FULL)) == Project(
        root=root,
        model="models/sdxl",
        base_prompt="a valley",
        style="hand painted",
        negative_prompt="blurry",
        terrains={
            "grass": Terrain("grass", "lush green grass"),
            "ice": Terrain("ice", "blue ice", "snow", 2.0),
        },
        loras=(LoraRef("pixel.safetensors"), LoraRef("snow.safetensors", 0.5)),
        embeddings=(EmbeddingRef("mossy-style", "mossy.safetensors"),),
        settings=SettingsOverride(pixels_per_tile=48, steps=20),
        output=root / "baked",
        maps=(root / "maps", root / "levels/bonus"),
        worlds=Worlds({"coast": (root / "maps/west.json", root / "maps/east.json")}),
    )


def test_a_map_belongs_to_one_world(tmp_path: Path) -> None:
    text = '[worlds]\na = ["maps/a.json"]\nb = ["maps/b.json",\n  "maps/a.json"]\n'
    with pytest.raises(ProjectError, match=r'the map "maps/a\.json" belongs to a world already') as caught:
        read_project(write(tmp_path, text))
    assert (caught.value.where.json_path, caught.value.where.line) == ("worlds.b[1]", 4)


def test_an_empty_file_shares_nothing(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    assert read_project(write(tmp_path, "")) == Project(root=root, maps=(root / "maps",))


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    assert read_project(write(tmp_path, b"\xef\xbb\xbf" + b'style = "x"')).style == "x"


@pytest.mark.parametrize("start", ["maps/world/lake.json", "maps/world", "maps/nowhere.json", "."])
def test_the_nearest_file_above_is_the_projects(tmp_path: Path, start: str) -> None:
    (tmp_path / "maps/world").mkdir(parents=True)
    write(tmp_path, 'style = "outer"')
    assert find_project(tmp_path / start).style == "outer"


def test_a_project_without_a_file_is_the_maps_folder(tmp_path: Path) -> None:
    assert find_project(tmp_path / "lake.json") == Project(
        root=tmp_path.resolve(), maps=(tmp_path.resolve(),)
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("style = ", ":1:9: not TOML: Invalid value; write key = value"),
        ('style = "a"\nstyle = "b"', ":2:12: not TOML: Cannot overwrite a value; write key"),
        ('style = "a', ":1:11: not TOML: "),
        ('styl = "a"', ':1:1: styl: unknown key "styl"; did you mean "style"?'),
        ("[settings]\nstepz = 3", ':2:1: settings.stepz: unknown key "stepz"; did you mean "steps"?'),
        (
            "[settings]\nmask_sigma = nan",
            ":2:1: settings.mask_sigma: nan is not a finite number; write a finite number",
        ),
        ("[settings]\nsteps = 1.5", ":2:1: settings.steps: 1.5 is not a whole number; write a whole number"),
        (
            "[settings]\nsteps = 1979-05-27",
            ":2:1: settings.steps: 1979-05-27 is not a whole number; write a whole",
        ),
        (
            "[settings]\nbase_prompt_weight = 0\nregional_prompt_weight = 0",
            ":1:2: settings: base_prompt_weight and regional_prompt_weight are both 0; give at least one",
        ),
        (
            "[terrains.grass]\nweight = 0",
            ":2:1: terrains.grass.weight: 0 is too small; write a number above 0",
        ),
        (
            "[terrains.grass]\nweight = 2",
            ':1:11: terrains.grass: the terrain "grass" has no prompt; say what it looks',
        ),
        ('[terrains]\ngrass = " "', ':2:1: terrains.grass: " " says nothing; write what it should say'),
        ('model = "/opt/model"', ':1:1: model: "/opt/model" leads outside the project; name it relative'),
        (
            'model = "https://host/x"',
            ':1:1: model: "https://host/x" leads outside the project; name it relative',
        ),
        ('output = "../baked"', ':1:1: output: "../baked" leads outside the project; name it relative'),
        ('output = "C:baked"', ':1:1: output: "C:baked" leads outside the project; name it relative'),
        (
            r"maps = ['\\server\maps']",
            r':1:9: maps[0]: "\\\\server\\maps" leads outside the project; name it',
        ),
        (
            'loras = [{ path = "~/x" }]',
            ':1:12: loras[0].path: "~/x" leads outside the project; name it relative',
        ),
        ('command = "rm"', ':1:1: command: unknown key "command"; '),
        (b'style = "for\xeat"', ":1:13: is not UTF-8: byte 0xea here"),
        ("a = " + "[" * 100_000, ": nested too deep; remove brackets"),
        ("a = " + "9" * 5000, ": a number has too many digits; write a shorter one"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_mistake_in_a_project_file_raises_with_its_place_and_a_hint(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    file = write(tmp_path, text)
    with pytest.raises(ProjectError) as caught:
        find_project(tmp_path)
    assert str(caught.value).startswith(f"{file.resolve()}{message}")
    assert caught.value.hint


def test_a_picture_lies_beside_its_map(tmp_path: Path) -> None:
    project = Project(root=tmp_path)
    assert output_path(project, tmp_path / "maps/lake.json") == tmp_path.resolve() / "maps/lake.png"
    assert output_path(project, tmp_path / "maps/lake.tilebake.json") == tmp_path.resolve() / "maps/lake.png"


def test_the_output_folder_mirrors_the_tree(tmp_path: Path) -> None:
    project = Project(root=tmp_path, output=tmp_path / "baked")
    assert output_path(project, tmp_path / "maps/a/lake.json") == tmp_path / "baked/maps/a/lake.png"


def test_a_map_outside_the_project_has_no_picture(tmp_path: Path) -> None:
    (tmp_path / "game").mkdir()
    with pytest.raises(ProjectError, match="the map lies outside the project"):
        output_path(Project(root=tmp_path / "game"), tmp_path / "lake.json")
    with pytest.raises(ProjectError, match="the map lies outside the project"):
        output_path(Project(root=tmp_path / "game"), tmp_path / "game/../lake.json")


@pytest.mark.parametrize("linked", ["maps", "maps/lake.png", "baked"])
def test_a_link_leads_no_picture_out_of_the_project(tmp_path: Path, linked: str) -> None:
    root, outside = tmp_path / "game", tmp_path / "outside"
    (root / "maps").mkdir(parents=True)
    outside.mkdir()
    if linked == "maps":
        (root / "maps").rmdir()
    (root / linked).symlink_to(outside / "lake.png" if linked.endswith("png") else outside)
    output = root / "baked" if linked == "baked" else None
    with pytest.raises(ProjectError, match="outside the project"):
        output_path(Project(root=root, output=output), root / "maps/lake.json")


@pytest.mark.parametrize(
    "name",
    ["con.json", "NUL.tilebake.json", "Com1.json", "lpt¹.json", "a:b.json", "a?.json", "a\x01.json", ".json"],
)
def test_names_that_not_every_system_can_have_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ProjectError, match="which not every system can have; rename it"):
        output_path(Project(root=tmp_path), tmp_path / name)


@pytest.mark.parametrize("folder", ["aux", "level.", "level "])
def test_folders_are_held_to_the_same(tmp_path: Path, folder: str) -> None:
    with pytest.raises(ProjectError, match="rename it"):
        output_path(Project(root=tmp_path), tmp_path / folder / "lake.json")


def test_a_relative_path_means_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert output_path(find_project(Path("lake.json")), Path("lake.json")) == tmp_path.resolve() / "lake.png"


def game_in(folder: Path, text: str = 'style = "the game\'s"') -> Path:
    (folder / "game").mkdir(parents=True)
    write(folder / "game", text)
    return folder / "game"


def test_the_project_is_found_by_the_spelling_that_leads_into_it(tmp_path: Path) -> None:
    game = game_in(tmp_path)
    (game / "real").mkdir()
    (game / "levels").symlink_to("real")
    (tmp_path / "elsewhere").symlink_to(game)
    for start in (game / "levels/a.json", tmp_path / "elsewhere/levels", game / "levels/../real/a.json"):
        assert find_project(start).root == game.resolve()


@pytest.mark.parametrize("target", ["shared", "other"])
def test_a_linked_map_folder_does_not_make_a_foreign_folder_the_project(tmp_path: Path, target: str) -> None:
    game = game_in(tmp_path, 'maps = ["levels"]')
    (tmp_path / target / "deep").mkdir(parents=True)
    if target == "other":
        write(tmp_path / target, "")
    for link, where in ((game / "levels", tmp_path / target), (game / "inner", tmp_path / target / "deep")):
        link.symlink_to(where)
        for start in (link, link / "a.json"):
            with pytest.raises(ProjectError, match="a link leads out of the project"):
                find_project(start)
    usable, problems = map_folders(read_project(game / FILE_NAME))
    assert not usable
    assert "leads out of the project" in str(problems[0])


def test_a_link_into_another_project_of_the_same_tree_is_refused(tmp_path: Path) -> None:
    game = game_in(tmp_path)
    (game / "inner/maps").mkdir(parents=True)
    write(game / "inner", "")
    (game / "levels").symlink_to("inner/maps")
    with pytest.raises(ProjectError, match="a link leads out of the project"):
        find_project(game / "levels/a.json")
    assert find_project(game / "inner/maps/a.json").root == (game / "inner").resolve()


def test_a_link_to_a_map_file_stays_a_map_of_its_project(tmp_path: Path) -> None:
    game = game_in(tmp_path)
    (tmp_path / "lake.json").touch()
    (game / "lake.json").symlink_to(tmp_path / "lake.json")
    project = find_project(game / "lake.json")
    assert output_path(project, game / "lake.json") == game.resolve() / "lake.png"


def test_map_folders_that_cannot_be_used_are_told_and_the_others_stay(tmp_path: Path) -> None:
    game = game_in(tmp_path, 'maps = ["maps", "later", "file", "circle"]')
    (game / "maps").mkdir()
    (game / "file").touch()
    (game / "circle").symlink_to("circle")
    usable, problems = map_folders(find_project(game))
    assert usable == [game.resolve() / "maps"]
    assert [problem.what for problem in problems][:2] == [
        "there is no such map folder",
        "the map folder is no folder",
    ]
    assert len(problems) == 3


@pytest.mark.parametrize("key", ["output", "model"])
@pytest.mark.parametrize("value", ["a\\u0000b", "a\\nb", "ä" * 200])
def test_what_can_be_no_name_of_a_file_is_refused_where_it_stands(
    tmp_path: Path, key: str, value: str
) -> None:
    write(tmp_path, f'{key} = "{value}"')
    with pytest.raises(ProjectError, match=f"{key}: .* is no name of a file"):
        find_project(tmp_path)


def test_a_name_that_is_no_utf8_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"udcff.*rename it") as caught:
        output_path(Project(root=tmp_path), tmp_path / "lake\udcff.json")
    str(caught.value).encode("utf-8")
