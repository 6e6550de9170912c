"""An edit written into a map's file, and taken out again."""

import codecs
import json
from pathlib import Path

import pytest

from tilebake.errors import MapError, PromptError
from tilebake.level.edit.edit import Edit, Replace, Reweight, Rewrite
from tilebake.level.project import find_project
from tilebake.level.tilemap import read_map
from tilebake.serve.bake import rewrite_map as rewrite_map_module
from tilebake.serve.bake.save_edit import forget_edit, save_edit
from tilebake.serve.files.safe_folder import SafeFolder

TEXT = (
    '{\r\n  "tilebake": 1, "base_prompt": "a map",\r\n  "terrains": {"grass": "gr\\u00fcn grass"},\r\n'
    '  "legend": {"g": "grass"}, "rows": ["gg"]\r\n}\r\n'
)
EDIT = Edit({"grass": Rewrite("dry grass", Replace(0.5), Reweight({"dry": 2.0}))}, 0.25)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "level.json"
    file.write_bytes(codecs.BOM_UTF8 + TEXT.encode())
    return file


def test_an_edit_is_read_back_and_every_other_byte_stays(file: Path) -> None:
    before = file.read_bytes()
    save_edit(file, EDIT)
    assert read_map(file).edit == EDIT
    saved = file.read_bytes()
    assert saved.startswith(before.removesuffix(b"\r\n}\r\n"))
    assert saved.count(b"\n") == saved.count(b"\r\n")
    assert [path.name for path in file.parent.iterdir()] == ["level.json"]
    assert forget_edit(file)
    assert file.read_bytes() == before
    assert not forget_edit(file)


def test_an_edit_takes_the_place_of_an_earlier_one(file: Path) -> None:
    save_edit(file, Edit({None: Rewrite("a city")}))
    save_edit(file, EDIT)
    assert read_map(file).edit == EDIT


def test_one_that_can_no_longer_be_read_can_be_replaced_and_forgotten(file: Path) -> None:
    for hint in (lambda: save_edit(file, EDIT), lambda: forget_edit(file)):
        wrong = {**json.loads(TEXT), "edit": {"terrains": {"gone": "snow"}}}
        file.write_text(json.dumps(wrong), encoding="utf-8")
        with pytest.raises(MapError):
            read_map(file)
        hint()
        read_map(file)


def test_prompts_that_stay_follow_the_map(file: Path) -> None:
    save_edit(file, Edit({"grass": Rewrite("grün grass", Replace(), Reweight({"grass": -1.0}))}))
    assert "prompt" not in json.loads(file.read_text(encoding="utf-8-sig"))["edit"]["terrains"]["grass"]


def test_the_projects_style_is_not_written_twice(file: Path) -> None:
    (file.parent / "tilebake.toml").write_text('style = "hand painted"\n', encoding="utf-8")
    edit = Edit({None: Rewrite("a city, hand painted")})
    save_edit(file, edit)
    assert json.loads(file.read_text(encoding="utf-8-sig"))["edit"]["base_prompt"]["prompt"] == "a city"
    assert read_map(file, find_project(file)).edit == edit
    with pytest.raises(PromptError, match="changes 'hand painted'"):
        save_edit(file, Edit({None: Rewrite("a map, pixel art")}))
    assert read_map(file, find_project(file)).edit == edit


def test_a_link_to_a_map_stays_a_link(file: Path) -> None:
    link = file.with_name("link.json")
    link.symlink_to(file)
    save_edit(link, EDIT)
    assert link.is_symlink()
    assert read_map(file).edit == EDIT


def test_a_map_with_a_mistake_is_left_alone(file: Path) -> None:
    file.write_text(TEXT.replace('"gg"', '"gx"'), encoding="utf-8")
    before = file.read_bytes()
    with pytest.raises(MapError, match="the legend has no"):
        save_edit(file, EDIT)
    assert file.read_bytes() == before


def test_a_save_that_comes_between_reading_and_writing_is_kept(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saves = [TEXT.replace("a map", f"a map, saved {number} times").encode() for number in (1, 2)]
    write = SafeFolder.write

    def write_while_somebody_saves(
        self: SafeFolder, name: str, content: bytes, mode: int | None = None
    ) -> None:
        write(self, name, content, mode)
        if name == file.name and saves:
            file.write_bytes(saves.pop(0))

    monkeypatch.setattr(SafeFolder, "write", write_while_somebody_saves)
    save_edit(file, EDIT)
    tilemap = read_map(file)
    assert (tilemap.base_prompt, tilemap.edit) == ("a map, saved 2 times", EDIT)
    saves.append(TEXT.encode())
    assert not forget_edit(file), "what was saved meanwhile holds none"
    assert file.read_bytes() == TEXT.encode()


def test_a_map_that_is_saved_without_end_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def find_it_changed(*_: object) -> bool:
        return False

    monkeypatch.setattr(rewrite_map_module, "replace_file", find_it_changed)
    with pytest.raises(MapError, match="saved again and again"):
        save_edit(file, EDIT)
