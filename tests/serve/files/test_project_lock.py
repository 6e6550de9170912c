"""One writer per project: the second names the first, and a killed one is in nobody's way."""

import json
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from tilebake.errors import BakeError, BusyError
from tilebake.level.project import Project
from tilebake.serve.files.project_lock import RECHECK, BakeShare, Holder, WriterLocks, holder, only_writer
from tilebake.user_folders import state_folder

RIVALS_SHORT = 3
RIVALS_LONG = 8

HOLD = """
import sys
from pathlib import Path
from tilebake.cli import BUSY
from tilebake.errors import BusyError
from tilebake.level.project import Project
from tilebake.serve.files.project_lock import only_writer
try:
    with only_writer(Project(Path(sys.argv[1]))):
        print("holds", flush=True)
        sys.stdin.read()
except BusyError as error:
    print(error, flush=True)
    sys.exit(BUSY)
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "game"
    root.mkdir()
    return Project(root)


@contextmanager
def rivals(project: Project, count: int) -> Generator[Sequence["subprocess.Popen[str]"]]:
    """Processes that all want to be the only writer, until their stdin ends."""
    command = [sys.executable, "-c", HOLD, str(project.root)]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, encoding="utf-8") for _ in range(count)]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_a_project_is_held_for_the_time_of_the_block(project: Project) -> None:
    assert holder(project) is None
    with only_writer(project, "a test"):
        told = holder(project)
        with pytest.raises(BusyError, match=r"process \d+ \(a test, "), only_writer(project):
            pytest.fail("two at once")
    assert told is not None
    assert (told.pid, told.project) == (os.getpid(), str(project.root))
    assert holder(project) is None
    with only_writer(project):
        pass


def test_another_project_is_free(project: Project, tmp_path: Path) -> None:
    with only_writer(project), only_writer(Project(tmp_path)):
        pass


def test_a_project_by_another_path_is_the_same(project: Project, tmp_path: Path) -> None:
    link = tmp_path / "link"
    try:
        link.symlink_to(project.root, target_is_directory=True)
    except OSError:
        pytest.skip("no links here")
    with only_writer(project), pytest.raises(BusyError), only_writer(Project(link)):
        pass


@pytest.mark.parametrize("count", [RIVALS_SHORT, pytest.param(RIVALS_LONG, marks=pytest.mark.long)])
def test_of_many_one_writes_and_the_others_name_it(count: int, project: Project) -> None:
    with rivals(project, count) as processes:
        lines = [first_line(process) for process in processes]
        (first,) = (each for each, line in zip(processes, lines, strict=True) if line == "holds\n")
        told = holder(project)
        assert told is not None
        assert told.pid == first.pid
        others = [(p, line) for p, line in zip(processes, lines, strict=True) if p is not first]
        for process, line in others:
            assert f"process {first.pid} (tilebake watch" in line
            assert str(project.root) in line
            assert process.wait() == 75
        assert first.communicate()[0] == ""
        assert first.returncode == 0
    assert holder(project) is None


def test_a_killed_holder_is_in_nobodys_way(project: Project) -> None:
    for _ in range(3):
        with rivals(project, 1) as (process,):
            assert first_line(process) == "holds\n"
            process.kill()
            process.wait()
            assert holder(project) is None
            with only_writer(project):
                pass


def test_a_holder_whose_record_is_lost_still_holds(project: Project) -> None:
    with rivals(project, 1) as (process,):
        assert first_line(process) == "holds\n"
        for record in (state_folder() / "locks").glob("*.json"):
            record.write_text("{", encoding="utf-8")
        assert holder(project) == Holder(str(project.root))
        with pytest.raises(BusyError, match="another process"), only_writer(project):
            pass


@pytest.mark.parametrize(
    "damaged",
    [{"since": 1e300}, {"pid": 10**20}, {"pid": -1}, {"since": -5}, {"description": "\x1b]0;x\x07" * 9}],
    ids=str,
)
def test_a_damaged_record_of_the_holder_hides_it_and_lets_nobody_in(
    damaged: dict[str, object], project: Project
) -> None:
    with only_writer(project):
        (record,) = (state_folder() / "locks").glob("*.json")
        record.write_text(json.dumps({**json.loads(record.read_bytes()), **damaged}), encoding="utf-8")
        with pytest.raises(BusyError) as caught, only_writer(project):
            pass
        assert str(caught.value).isprintable()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes among the files of this system")
def test_a_pipe_in_the_records_place_holds_nobody_up(project: Project) -> None:
    with only_writer(project):
        (record,) = (state_folder() / "locks").glob("*.json")
        record.unlink()
        os.mkfifo(record)
        with pytest.raises(BusyError, match="another process"), only_writer(project):
            pass


def test_shares_of_one_bake_write_beside_each_other_and_beside_nobody_else(project: Project) -> None:
    with WriterLocks("one", BakeShare(1, 2)) as one, WriterLocks("two", BakeShare(2, 2)) as two:
        one.hold(project.root)
        two.hold(project.root)
        for share in (None, BakeShare(1, 2), BakeShare(1, 3)):
            with WriterLocks("late", share) as late, pytest.raises(BusyError, match=r"process \d+"):
                late.hold(project.root)
        told = holder(project)
        assert told is not None
        assert told.pid == os.getpid()
    with only_writer(project), WriterLocks("one", BakeShare(1, 2)) as one, pytest.raises(BusyError):
        one.hold(project.root)
    assert holder(project) is None


needs_removal = pytest.mark.skipif(sys.platform == "win32", reason="open files stay there")


@needs_removal
def test_a_holder_whose_lock_file_was_deleted_takes_it_again(project: Project) -> None:
    with only_writer(project) as locks:
        for _ in range(2):
            shutil.rmtree(state_folder())
            locks.hold(project.root)
            with pytest.raises(BusyError), only_writer(project):
                pass
    assert holder(project) is None


@needs_removal
def test_a_holder_whose_lock_file_was_deleted_gives_way_to_one_that_was_quicker(project: Project) -> None:
    with only_writer(project) as first:
        shutil.rmtree(state_folder())
        with only_writer(project, "the second") as second:
            with pytest.raises(BusyError, match="the second"):
                first.hold(project.root)
            second.hold(project.root)


@needs_removal
def test_a_deleted_lock_file_is_noticed_within_seconds(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    with only_writer(project) as first:
        shutil.rmtree(state_folder())
        first.recheck()
        assert not (state_folder() / "locks").exists()
        monkeypatch.setattr(time, "monotonic", lambda: now + RECHECK + 10)
        first.recheck()
        assert len(list((state_folder() / "locks").iterdir())) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_locks_are_their_owners_alone(project: Project) -> None:
    with only_writer(project):
        folder = state_folder() / "locks"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_asking_who_holds_keeps_nobody_out(project: Project) -> None:
    with only_writer(project):
        pass
    done = Event()

    def ask() -> None:
        while not done.is_set():
            holder(project)

    asking = Thread(target=ask)
    asking.start()
    try:
        for _ in range(10):
            with only_writer(project):
                pass
    finally:
        done.set()
        asking.join()


def test_an_unusable_state_folder_is_an_error(project: Project, private_cache: Path) -> None:
    (private_cache / "state").write_bytes(b"")
    with pytest.raises(BakeError, match="each other's place"), only_writer(project):
        pass
