"""What tilebake made of a picture in pages goes when it is not used any more; what it did not make stays."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.helpers.page_painter import PagePainter, ignore, map_of, paint, request_for, with_sand
from tests.helpers.paged_picture import LEVEL, bake, files, join, record_of
from tilebake.errors import BakeError
from tilebake.request import BakeRequest
from tilebake.serve.bake.publish import publish, stale_reason
from tilebake.serve.owners.closed_places import refuse_closed_place
from tilebake.serve.owners.ownership import record_path
from tilebake.serve.owners.texture_owners import TextureOwners
from tilebake.serve.pages.manifest import IGNORED, pages_folder
from tilebake.serve.pages.paint_pages import paint_pages

SMALL = request_for(map_of(16, 16))  # in one file


@pytest.fixture
def png(tmp_path: Path) -> Path:
    return tmp_path / "textures" / "forest.png"


def put(png: Path, request: BakeRequest = SMALL) -> bool:
    """Publish a picture in one file."""
    return publish(paint(request), request, png, png.parent.parent)


def test_pages_take_the_place_of_one_file_and_give_it_back(png: Path) -> None:
    put(png)
    bake(png, request_for(LEVEL))
    assert not png.exists()
    put(png)
    assert {path.name for path in png.parent.iterdir()} == {"forest.png", "forest.bake.json"}
    assert "pages" not in record_of(png)
    assert stale_reason(png, SMALL.digest()) is None


def test_files_of_others_among_the_pages_stay(png: Path) -> None:
    bake(png, request_for(LEVEL))
    folder = pages_folder(png)
    note, theirs = folder / "notes.txt", folder / f"{'0' * 32}.png"
    note.write_text("mine", encoding="utf-8")
    Image.new("RGB", (4, 4)).save(theirs)  # named as a page is, and none of ours
    bake(png, request_for(with_sand(LEVEL, 4, 4)))
    assert {note.name, theirs.name} < files(png)
    put(png)
    assert files(png) == {note.name, theirs.name, IGNORED}


def test_pages_of_a_bake_that_was_killed_are_removed_by_the_next(png: Path) -> None:
    bake(png, request_for(LEVEL))
    edited = request_for(with_sand(LEVEL, 4, 4))
    texture = paint_pages(PagePainter(), edited, png, png.parent.parent, ignore)  # and never published
    (stray,) = files(png) - {IGNORED, *(page["file"] for page in record_of(png)["pages"]["files"])}
    assert stray in texture.manifest.names
    bake(png, request_for({**LEVEL, "base_prompt": "calm"}))
    assert stray not in files(png)


def test_a_picture_that_a_user_painted_over_stays_beside_pages(png: Path) -> None:
    put(png)
    Image.new("RGB", (8, 8)).save(png)
    bake(png, request_for(LEVEL))
    assert png.exists()
    with pytest.raises(BakeError, match="did not make this picture"):
        put(png)
    np.testing.assert_array_equal(join(png), paint(request_for(LEVEL)).image)


def test_a_picture_of_others_is_refused_before_a_page_is_painted(png: Path) -> None:
    png.parent.mkdir()
    Image.new("RGB", (8, 8)).save(png)
    painter = PagePainter()
    with pytest.raises(BakeError, match="did not make this picture"):
        bake(png, request_for(LEVEL), painter)
    assert painter.painted == []


def test_a_link_in_the_folders_place_leads_nothing_elsewhere(png: Path, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    png.parent.mkdir()
    pages_folder(png).symlink_to(outside)
    with pytest.raises(BakeError):
        bake(png, request_for(LEVEL))
    assert list(outside.iterdir()) == []


def test_a_file_in_the_folders_place_is_told(png: Path) -> None:
    png.parent.mkdir()
    pages_folder(png).write_text("mine", encoding="utf-8")
    with pytest.raises(BakeError, match="in each other's place"):
        bake(png, request_for(LEVEL))
    assert not record_path(png).exists()


@pytest.mark.parametrize("place", ["forest.pages", "../forest.pages/x.png", "a.png", "A" * 32 + ".png"])
def test_a_record_that_names_other_files_lists_no_pages(png: Path, place: str) -> None:
    request = request_for(LEVEL)
    bake(png, request)
    text = record_path(png).read_text(encoding="utf-8")
    name = record_of(png)["pages"]["files"][0]["file"]
    record_path(png).write_text(text.replace(name, place), encoding="utf-8")
    assert stale_reason(png, request.digest()) == "the picture is not the one that was baked"


def test_the_folder_of_pages_has_one_owner(png: Path) -> None:
    owners = TextureOwners()
    owners.claim(png, png.with_suffix(".json"))
    assert owners.has(pages_folder(png))


def test_pages_that_cannot_be_written_are_told_before_painting(
    png: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bake(png, request_for(LEVEL))
    refuse_closed_place(png, png.parent.parent)

    def is_open(path: Path, _mode: int, **_: bool) -> bool:
        return path != pages_folder(png)

    monkeypatch.setattr("os.access", is_open)
    with pytest.raises(BakeError, match="cannot be written to"):
        refuse_closed_place(png, png.parent.parent)
