"""What is news, and what was known already: stamps on one side, contents on the other."""

import os
from pathlib import Path

import pytest

from tilebake.serve.watching import reported
from tilebake.serve.watching.reported import COARSEST, ReportedFiles
from tilebake.serve.watching.snapshot import Changes, snapshot


class Reader:
    """Reads what it is told of, at times of its own clock."""

    def __init__(self, folder: Path) -> None:
        self.now = 0.0
        self._folder = folder
        self._reported = ReportedFiles()

    def look(self) -> Changes:
        """What a look now finds; it is taken as told."""
        seen = snapshot([self._folder], [])
        news = self._reported.unreported(seen)
        self._reported.mark_reported(news, seen, self.now)
        return news

    def read(self) -> None:
        self._reported.acknowledge()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "map.json"
    path.write_text("one", encoding="ascii")
    return path


@pytest.fixture
def reader(file: Path) -> Reader:
    """A reader that has read everything."""
    reader = Reader(file.parent)
    assert reader.look() == Changes(added=frozenset({file}))
    reader.read()
    return reader


def changed(*paths: Path) -> Changes:
    return Changes(changed=frozenset(paths))


def save_unseen(file: Path, text: str) -> None:
    """Save so that the stamp stays, as two saves within a tick of a coarse clock do."""
    status = file.stat()
    file.write_text(text, encoding="ascii")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def touch(file: Path) -> None:
    os.utime(file, ns=(1, file.stat().st_mtime_ns + 10**9))


def test_new_content_is_reported_once(reader: Reader, file: Path) -> None:
    file.write_text("longer", encoding="ascii")
    assert reader.look() == changed(file)
    assert not reader.look()


def test_a_new_stamp_alone_is_none(reader: Reader, file: Path) -> None:
    touch(file)
    assert not reader.look()
    touch(file)
    file.write_text("two", encoding="ascii")
    assert reader.look() == changed(file)


def test_a_new_file_with_the_old_content_is_no_change(reader: Reader, file: Path) -> None:
    other = file.with_name("other")
    other.write_text("one", encoding="ascii")
    other.replace(file)
    assert not reader.look()


def test_an_unchanged_stamp_hides_nothing_while_it_is_young(reader: Reader, file: Path) -> None:
    save_unseen(file, "two")
    reader.now += COARSEST  # the first look when the clock is sure to have ticked
    assert reader.look() == changed(file)


def test_later_an_unchanged_stamp_is_believed(reader: Reader, file: Path) -> None:
    reader.now += COARSEST
    assert not reader.look()
    save_unseen(file, "two")
    assert not reader.look()


def test_a_change_before_reading_is_reported_even_if_it_goes_back(reader: Reader, file: Path) -> None:
    file.write_text("two", encoding="ascii")
    assert reader.look() == changed(file)
    file.write_text("xxx", encoding="ascii")
    touch(file)
    reader.read()  # it may have read "xxx"
    file.write_text("two", encoding="ascii")
    touch(file)
    assert reader.look() == changed(file)


def test_a_file_that_goes_and_comes_back_is_reported_both_times(reader: Reader, file: Path) -> None:
    file.unlink()
    assert reader.look() == Changes(removed=frozenset({file}))
    file.write_text("one", encoding="ascii")
    assert reader.look() == Changes(added=frozenset({file}))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes among the files of this system")
def test_a_pipe_is_reported_and_never_waited_for(reader: Reader, file: Path) -> None:
    file.unlink()
    os.mkfifo(file)
    assert reader.look() == changed(file)
    assert not reader.look()


def test_beyond_the_limit_contents_are_forgotten(
    reader: Reader, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reported, "_LIMIT", 2)
    others = [file.with_name(f"{index}.json") for index in range(2)]
    for other in others:
        other.write_text("one", encoding="ascii")
    reader.look()
    for each in (file, *others):
        touch(each)
    assert reader.look() == changed(file)
