"""Files that several processes write, and that killed ones wanted to write, are whole."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tilebake.errors import BakeError
from tilebake.serve.files import atomic_write
from tilebake.serve.files.atomic_write import STRAY_AGE, sweep, write_files

KILLS_SHORT = 3
KILLS_LONG = 1_000
READS_SHORT = 500
READS_LONG = 100_000

ANOTHER_MACHINE = "0" * 8


def stray(folder: Path, name: str, *, age: float = 0.0) -> Path:
    """A staging folder as a killed process leaves it."""
    place = folder / name
    place.mkdir(parents=True)
    (place / "forest.png").write_bytes(b"half")
    then = time.time() - age
    os.utime(place, (then, then))
    return place


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_files_are_written_into_a_folder_that_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "deep"
    write_files(folder, {"a": b"1", "b": b""})
    write_files(folder, {"a": b"2"})
    assert names(folder) == {"a", "b"}
    assert (folder / "a").read_bytes() == b"2"


def test_a_file_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BakeError, match="each other's place") as raised:
        write_files(tmp_path / "file" / "deep", {"a": b"1"})
    assert raised.value.where.file == tmp_path / "file" / "deep" / "a"


def test_strays_of_another_machine_are_swept_once_they_are_old(tmp_path: Path) -> None:
    old = stray(tmp_path, f".tilebake-{ANOTHER_MACHINE}-1-{'a' * 8}", age=STRAY_AGE + 1)
    young = stray(tmp_path, f".tilebake-{ANOTHER_MACHINE}-1-{'b' * 8}")
    write_files(tmp_path, {"a": b"a"})
    assert names(tmp_path) == {"a", young.name}
    assert not old.exists()


def test_what_is_not_its_own_is_not_swept(tmp_path: Path) -> None:
    others = {".tilebake", ".tilebake-backup", f".tilebake-{ANOTHER_MACHINE}-1-{'a' * 7}"}
    for name in others:
        stray(tmp_path, name, age=10 * STRAY_AGE)
    sweep(tmp_path)
    assert names(tmp_path) == others


def test_the_number_of_no_process_is_no_reason_to_fail(tmp_path: Path) -> None:
    machine = atomic_write._machine()  # pyright: ignore[reportPrivateUsage]
    absurd = stray(tmp_path, f".tilebake-{machine}-9999999999-{'a' * 8}")
    longer = stray(tmp_path, f".tilebake-{machine}-99999999999999999999-{'a' * 8}")
    write_files(tmp_path, {"a": b"a"})
    sweep(tmp_path)
    assert not absurd.exists()
    assert longer.exists()


WRITE_ONCE_AND_HANG = """
import os, sys
from pathlib import Path
from tilebake.serve.files import safe_folder
from tilebake.serve.files.atomic_write import write_files
def hang(*_arguments, **_options):
    print("ready", flush=True)
    sys.stdin.read()
safe_folder.os.fsync = hang
write_files(Path(sys.argv[1]), {"picture": b"content"})
"""


def test_a_stray_goes_with_its_process_and_no_sooner(tmp_path: Path) -> None:
    folder = tmp_path / "maps"
    folder.mkdir()
    command = [sys.executable, "-c", WRITE_ONCE_AND_HANG, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        (stage,) = names(folder)
        sweep(tmp_path)
        write_files(folder, {"other": b"content"})
        assert names(folder) == {stage, "other"}
        process.kill()
        process.wait()
        sweep(tmp_path)
    assert names(folder) == {"other"}


WRITE_FOREVER = """
import sys
from pathlib import Path
from tilebake.serve.files.atomic_write import write_files
contents = [bytes([65 + i]) * 300_000 for i in range(4)]
print("ready", flush=True)
while True:
    for content in contents:
        write_files(Path(sys.argv[1]), {"picture": content})
"""


def is_whole(content: bytes) -> bool:
    return content == content[:1] * 300_000


@pytest.mark.parametrize("kills", [KILLS_SHORT, pytest.param(KILLS_LONG, marks=pytest.mark.long)])
def test_a_killed_process_leaves_no_torn_file(kills: int, tmp_path: Path) -> None:
    for _ in range(kills):
        command = [sys.executable, "-c", WRITE_FOREVER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline()
            while not (tmp_path / "picture").exists():
                assert process.poll() is None
            time.sleep(random.uniform(0.0, 0.1))  # a moment like any other
            process.kill()
        assert is_whole((tmp_path / "picture").read_bytes())
    sweep(tmp_path)
    assert names(tmp_path) == {"picture"}


@pytest.mark.parametrize("reads", [READS_SHORT, pytest.param(READS_LONG, marks=pytest.mark.long)])
def test_a_reader_never_sees_a_torn_file(reads: int, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITE_FOREVER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        while not (tmp_path / "picture").exists():
            assert process.poll() is None
        for _ in range(reads):
            assert is_whole((tmp_path / "picture").read_bytes())
        process.kill()
