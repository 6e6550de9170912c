"""Nothing is written outside of the root, whatever links there are or come to be."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tilebake.errors import BakeError
from tilebake.serve.files import safe_folder
from tilebake.serve.files.atomic_write import put_files
from tilebake.serve.files.safe_folder import PATIENCE, folder_inside, nearest_folder, patiently

SWAPS_SHORT = 500
SWAPS_LONG = 100_000


def can_link(folder: Path) -> bool:
    try:
        (folder / "trial").symlink_to(folder)
    except OSError:  # Windows, without the privilege
        return False
    (folder / "trial").unlink()
    return True


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project whose neighbour is none of its business."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "root" / "maps").mkdir(parents=True)
    if not can_link(tmp_path):
        pytest.skip("no links here")
    return tmp_path / "root"


@pytest.fixture(params=[True, False], ids=["by handle", "by path"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Linux and macOS, and as on Windows."""
    if request.param and not safe_folder.BY_HANDLE:
        pytest.skip("no folder handles here")
    monkeypatch.setattr(safe_folder, "BY_HANDLE", request.param)


def files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.usefixtures("either_way")
def test_folders_are_made_beneath_the_root(root: Path) -> None:
    for relative in ("maps", "a/b/c", "."):
        with folder_inside(root, root / relative) as folder:
            folder.write("file", b"content")
            assert folder.read("file", 100) == b"content"
            assert "file" in folder.names()
    assert set(files(root)) == {"maps/file", "a/b/c/file", "file"}


@pytest.mark.usefixtures("either_way")
def test_relative_paths_mean_the_current_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root.parent)
    for folder in (Path("root/new"), root / "new"):
        with folder_inside(Path("root"), folder) as opened:
            assert opened.path == root.resolve() / "new"
    assert files(root) == {}


@pytest.mark.usefixtures("either_way")
def test_a_link_that_stays_inside_is_followed(root: Path) -> None:
    (root / "link").symlink_to(root / "maps", target_is_directory=True)
    with folder_inside(root, root / "link" / "new") as folder:
        folder.write("file", b"content")
    assert set(files(root)) == {"maps/new/file"}


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("place", ["link", "link/below", "../outside", "maps/../../outside"])
def test_a_place_outside_is_refused(place: str, root: Path) -> None:
    (root / "link").symlink_to(root.parent / "outside", target_is_directory=True)
    with pytest.raises(BakeError, match="outside"), folder_inside(root, root / place):
        pytest.fail("it was opened")


@pytest.mark.usefixtures("either_way")
def test_a_root_that_went_away_is_not_made_again(root: Path) -> None:
    with pytest.raises(FileNotFoundError), folder_inside(root / "gone", root / "gone" / "maps"):
        pytest.fail("it was opened")
    assert not (root / "gone").exists()


@pytest.mark.usefixtures("either_way")
def test_a_folder_swapped_for_a_link_while_open_leads_nowhere(root: Path) -> None:
    with folder_inside(root, root / "maps") as folder:
        (root / "maps").rename(root / "aside")
        (root / "maps").symlink_to(root.parent / "outside", target_is_directory=True)
        if safe_folder.BY_HANDLE:
            folder.write("file", b"content")
        else:
            with pytest.raises(NotADirectoryError):
                folder.write("file", b"content")
    assert files(root.parent / "outside") == {}


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("name", ["..", "../outside/file", "maps/file", "", "."])
def test_a_name_is_no_path(name: str, root: Path) -> None:
    with folder_inside(root, root / "maps") as folder, pytest.raises(ValueError, match="plain name"):
        folder.write(name, b"content")


@pytest.mark.usefixtures("either_way")
def test_a_file_is_replaced_and_a_link_to_one_is_not_followed(root: Path) -> None:
    secret = root.parent / "outside" / "secret"
    secret.write_text("secret", encoding="utf-8")
    (root / "maps" / "picture").symlink_to(secret)
    with folder_inside(root, root / "maps") as folder:
        put_files(folder, {"picture": b"mine"})
        assert folder.names() == ["picture"]
        assert folder.read("picture", 100) == b"mine"
    assert secret.read_text(encoding="utf-8") == "secret"


def test_only_regular_files_are_read(root: Path) -> None:
    (root / "maps" / "folder").mkdir()
    (root / "maps" / "link").symlink_to(root / "maps" / "file")
    (root / "maps" / "file").write_bytes(b"content")
    names = ["folder", "link", "missing"]
    if sys.platform != "win32":
        os.mkfifo(root / "maps" / "pipe")
        names.append("pipe")
    with folder_inside(root, root / "maps") as folder:
        for name in names:
            with pytest.raises(OSError, match=name):
                folder.read(name, 100)


def test_the_nearest_folder_is_there(root: Path) -> None:
    assert nearest_folder(root / "maps") == root / "maps"
    assert nearest_folder(root / "new" / "deep") == root


class SharingError(OSError):
    """What Windows raises while another program has the file open."""

    winerror = 32


def test_sharing_errors_are_waited_out() -> None:
    tries = iter(range(3))

    @patiently
    def shared() -> str:
        if next(tries) < 2:
            raise SharingError
        return "done"

    assert shared() == "done"


def test_patience_ends() -> None:
    started = time.monotonic()

    @patiently
    def never() -> None:
        raise SharingError

    with pytest.raises(SharingError):
        never()
    assert time.monotonic() - started >= PATIENCE - 0.2


def test_other_errors_are_not_tried_again() -> None:
    tries = 0

    @patiently
    def missing() -> None:
        nonlocal tries
        tries += 1
        raise FileNotFoundError

    with pytest.raises(FileNotFoundError):
        missing()
    assert tries == 1


SWAP = """
import itertools, os, sys
folder, outside, aside = sys.argv[1:4]
remade = (f"{aside}-{number}" for number in itertools.count())
print("ready", flush=True)
for _ in range(int(sys.argv[4])):
    os.rename(folder, aside)
    while True:
        try:
            os.symlink(outside, folder)
            break
        except FileExistsError:  # the publisher made it again
            os.rename(folder, next(remade))
    os.unlink(folder)
    while True:
        try:
            os.rename(aside, folder)
            break
        except OSError:
            os.rename(folder, next(remade))
"""


@pytest.mark.skipif(not safe_folder.BY_HANDLE, reason="no folder handles here")
@pytest.mark.parametrize("swaps", [SWAPS_SHORT, pytest.param(SWAPS_LONG, marks=pytest.mark.long)])
def test_swapping_the_folder_for_a_link_lets_nothing_out(swaps: int, root: Path) -> None:
    outside = root.parent / "outside"
    places = (root / "a" / "maps", outside, root / "a" / "aside")
    places[0].mkdir(parents=True)
    command = [sys.executable, "-c", SWAP, *map(str, places), str(swaps)]
    written = refused = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE) as swapper:
        assert swapper.stdout is not None
        assert swapper.stdout.readline()
        while swapper.poll() is None:
            try:
                with folder_inside(root, places[0]) as folder:
                    put_files(folder, {"picture": b"content"})
                written += 1
            except (OSError, BakeError):
                refused += 1
    assert swapper.returncode == 0
    assert list(outside.iterdir()) == []
    assert written
    assert refused
