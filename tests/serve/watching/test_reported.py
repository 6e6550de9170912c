"""What is news, and what was known already: stamps on one side, contents on the other."""

import os
from pathlib import Path

import pytest

from tilebake.serve.watching import reported
from tilebake.serve.watching.reported import COARSEST, ReportedFiles
from tilebake.serve.watching.snapshot import Changes, snapshot


class Reader:
    """Is told at times of its own clock, on a system whose stamps have no ctime, as those of Windows."""

    def __init__(self, folder: Path) -> None:
        self.now = 0.0
        self._folder = folder
        self._reported = ReportedFiles()

    def look(self, *named: Path) -> Changes:
        """What a look now finds; it is taken as told."""
        found = snapshot([self._folder], []).seen
        seen = {path: stamp._replace(inode=0, ctime_ns=0) for path, stamp in found.items()}
        news = self._reported.unreported(seen, named)
        self._reported.mark_reported(news, seen, self.now)
        return news


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "map.json"
    path.write_text("one", encoding="ascii")
    return path


@pytest.fixture
def reader(file: Path) -> Reader:
    """A reader that was told everything."""
    reader = Reader(file.parent)
    assert reader.look() == Changes(added=frozenset({file}))
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


def test_a_new_stamp_is_reported_whatever_the_content(reader: Reader, file: Path) -> None:
    touch(file)
    assert reader.look() == changed(file)
    file.write_text("two", encoding="ascii")
    file.write_text("one", encoding="ascii")
    touch(file)
    assert reader.look() == changed(file)
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


def test_an_unchanged_stamp_hides_nothing_of_a_file_that_the_system_names(reader: Reader, file: Path) -> None:
    reader.now += COARSEST
    assert not reader.look()
    assert not reader.look(file)
    save_unseen(file, "two")
    assert reader.look(file) == changed(file)
    assert not reader.look(file, file.with_name("gone.json"))


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
    reader.now += COARSEST
    assert not reader.look()
    assert reader.look(file, *others) == changed(file), "news, for nobody knows better"
