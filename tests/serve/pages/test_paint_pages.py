"""A picture in pages is the picture, and a bake paints and writes what changed of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.helpers.page_painter import PagePainter, map_of, paint, request_for, with_sand
from tests.helpers.paged_picture import LEVEL, bake, files, join, record_of
from tilebake.errors import BakeError
from tilebake.level.map.grid import Bounds
from tilebake.serve.bake.publish import publish, stale_reason
from tilebake.serve.pages.manifest import IGNORED, pages_folder, read_manifest
from tilebake.serve.pages.page_jobs import has_pages, page_jobs
from tilebake.serve.pages.paint_pages import cut_pages, paint_pages
from tilebake.serve.pages.publish_pages import publish_pages
from tilebake.serve.pages.why_other_pages import other_pages
from tilebake.texture import PlacementReport


@pytest.fixture
def png(tmp_path: Path) -> Path:
    return tmp_path / "textures" / "forest.png"


def test_pages_are_the_picture_that_one_file_would_be(png: Path) -> None:
    request = request_for(LEVEL)
    texture, is_new = bake(png, request)
    assert is_new
    assert has_pages(request)
    assert texture.written == len(texture.manifest.files) == 6
    np.testing.assert_array_equal(join(png), paint(request).image)
    assert not png.exists()
    assert files(png) == texture.manifest.names | {IGNORED}
    record = record_of(png)
    assert record["size"] == [768, 512]
    assert record["bounds"] == {"x": 0, "y": 0, "width": 768, "height": 512}
    assert record["digest"] == request.digest()
    assert record["environment"] == {"dtype": "float32"}
    assert record["timings"] == {"denoise": 3.0}
    assert "previous" not in record
    assert stale_reason(png, request.digest()) is None
    assert other_pages(record, request) is None


def test_an_edit_paints_and_writes_the_pages_that_see_it(png: Path) -> None:
    bake(png, request_for(LEVEL))
    before, old = join(png), files(png)
    edited, painter = request_for(with_sand(LEVEL, 4, 4)), PagePainter()
    texture, is_new = bake(png, edited, painter)
    assert is_new
    assert painter.painted == [(0, 0)]
    assert texture.written == 1
    assert texture.share == pytest.approx(1 / 6, abs=0.01)
    np.testing.assert_array_equal(join(png), paint(edited).image)
    np.testing.assert_array_equal(join(png, "previous"), before)
    assert old < files(png)


def test_a_page_that_sees_an_edit_without_another_pixel_is_not_written(png: Path) -> None:
    bake(png, request_for(LEVEL))
    old = {path.name: path.stat().st_mtime_ns for path in pages_folder(png).iterdir()}
    painter = PagePainter()
    texture, is_new = bake(png, request_for(with_sand(LEVEL, 34, 4)), painter)  # in the second column
    assert is_new
    assert painter.painted == [(0, 0), (256, 0)]
    assert texture.written == 1
    assert old.items() <= {path.name: path.stat().st_mtime_ns for path in pages_folder(png).iterdir()}.items()


def test_pages_of_the_last_two_pictures_stay_and_others_go(png: Path) -> None:
    names: list[frozenset[str]] = []
    for column in (4, 5, 6, 6):
        texture, _ = bake(png, request_for(with_sand(LEVEL, column, 4)))
        names.append(texture.manifest.names)
    assert files(png) == names[1] | names[2] | {IGNORED}  # the last bake gave the same pixels


def test_same_pixels_leave_all_files(png: Path) -> None:
    bake(png, request_for(LEVEL))
    painter = PagePainter()
    texture, is_new = bake(png, request_for({**LEVEL, "base_prompt": "calm"}), painter)
    assert not is_new
    assert len(painter.painted) == 6
    assert texture.written == 0
    assert "previous" not in record_of(png)


def test_a_map_that_grows_paints_what_sees_its_edge(png: Path) -> None:
    bake(png, request_for(LEVEL))
    painter = PagePainter()
    grown = request_for({**map_of(128, 64), "origin": [-32, 0]})
    bake(png, grown, painter)
    assert {x for x, _ in painter.painted} == {-256, 0}
    np.testing.assert_array_equal(join(png), paint(grown).image)


def test_a_bake_in_pieces_is_the_same_as_one_from_scratch(png: Path, tmp_path: Path) -> None:
    for columns in ((), (4,), (4, 60), (60,)):
        content = LEVEL
        for column in columns:
            content = with_sand(content, column, 20)
        bake(png, request_for(content))
    fresh = tmp_path / "fresh" / "forest.png"
    bake(fresh, request_for(content))
    assert read_manifest(record_of(png)) == read_manifest(record_of(fresh))


def test_a_page_that_is_gone_or_changed_is_told_and_mended(png: Path) -> None:
    request = request_for(LEVEL)
    texture, _ = bake(png, request)
    first, second = (pages_folder(png) / page.file for page in texture.manifest.files[:2])
    first.unlink()
    assert stale_reason(png, request.digest()) == "the picture is not the one that was baked"
    Image.new("RGB", (256, 256)).save(second)
    painter = PagePainter()
    texture, is_new = bake(png, request, painter)
    assert painter.painted == [(0, 0), (256, 0)]
    assert (texture.written, is_new) == (2, False)
    np.testing.assert_array_equal(join(png), paint(request).image)


def test_a_page_that_another_program_packed_anew_stays(png: Path) -> None:
    request = request_for(LEVEL)
    texture, _ = bake(png, request)
    page = pages_folder(png) / texture.manifest.files[0].file
    with Image.open(page) as picture:
        picture.convert("RGBA").save(page, compress_level=9)
    assert stale_reason(png, request.digest()) is None


def test_a_pointer_of_git_lfs_in_a_pages_place_is_told(png: Path) -> None:
    request = request_for(LEVEL)
    texture, _ = bake(png, request)
    page = pages_folder(png) / texture.manifest.files[3].file
    page.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    with pytest.raises(BakeError, match="git lfs pull") as caught:
        stale_reason(png, request.digest())
    assert caught.value.where.file == page


def test_pages_in_another_number_type_than_asked_for_are_painted_anew(png: Path) -> None:
    request = request_for(LEVEL)
    bake(png, request)
    painter = PagePainter()
    bake(png, replace(request, dtype="float32"), painter)
    assert painter.painted == []
    bake(png, replace(request, dtype="bfloat16"), painter)
    assert len(painter.painted) == 6


def test_other_pages_than_page_size_asks_for_are_told(png: Path) -> None:
    request = request_for(LEVEL)
    bake(png, request)
    settings = {size: request.settings.model_copy(update={"page_size": size}) for size in (512, 1024)}
    words = [other_pages(record_of(png), replace(request, settings=each)) for each in settings.values()]
    assert words == [
        "page_size is 512, and its pages have another size",
        "it is in pages, and page_size 1024 asks for one file",
    ]
    assert {replace(request, settings=each).digest() for each in settings.values()} == {request.digest()}
    whole = replace(request, settings=settings[1024])
    publish(paint(whole), whole, png, png.parent.parent)
    assert other_pages(record_of(png), request) == "it is one file, and page_size 256 asks for 6 pages"


def test_a_new_page_size_paints_no_other_pixels(png: Path) -> None:
    request = request_for(LEVEL)
    bake(png, request)
    other = replace(request, settings=request.settings.model_copy(update={"page_size": 270}))
    assert other_pages(record_of(png), other) is None  # the same pages
    other = replace(request, settings=request.settings.model_copy(update={"page_size": 512}))
    texture, is_new = bake(png, other)
    assert (len(texture.manifest.files), is_new) == (2, True)
    np.testing.assert_array_equal(join(png), paint(request).image)


def test_steps_of_pages_are_steps_of_the_picture(png: Path) -> None:
    steps: list[tuple[int, int]] = []
    request = request_for(LEVEL)
    paint_pages(PagePainter(), request, png, png.parent.parent, lambda step: steps.append(step[:2]))
    assert [step for step, _ in steps] == sorted({step for step, _ in steps})
    assert {total for _, total in steps} == {steps[-1][0]}


def test_a_picture_that_is_painted_whole_for_its_report_is_cut_in_the_same_pages(
    png: Path, tmp_path: Path
) -> None:
    request = request_for(LEVEL)
    bake(png, request)
    fresh = tmp_path / "fresh" / "forest.png"
    sheet = np.zeros((2, 2, 3), np.uint8)
    whole = replace(paint(request), report=PlacementReport((), sheet))
    texture = cut_pages(whole, request, fresh, tmp_path)
    publish_pages(texture, request, fresh, tmp_path)
    assert read_manifest(record_of(fresh)) == read_manifest(record_of(png))
    assert record_of(fresh)["placement"] == {}
    assert (fresh.parent / "forest.report.png").exists()


def test_pages_that_are_to_be_painted_do_not_hold_their_parts_of_the_map() -> None:
    for job in page_jobs(request_for(LEVEL)):
        assert job.request is not job.request, "cut out anew, and let go"
        assert job.request.digest() == job.digest


def test_pages_of_a_map_of_a_world_are_those_of_the_world(png: Path) -> None:
    whole = request_for(LEVEL)
    part = replace(whole.part(Bounds(256, 0, 512, 512)), in_world=True)
    assert [job.request.digest() for job in page_jobs(part)] == [
        job.request.digest() for job in page_jobs(whole) if job.place.x
    ]
    bake(png, part)
    np.testing.assert_array_equal(join(png), paint(whole).image[:, 256:])
