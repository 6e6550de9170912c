"""The ready file: its owner alone can read it, and it says what is so."""

import contextlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tilebake.errors import ServeError
from tilebake.level.project import project_key
from tilebake.serve.api.ready import announce, new_ready, read_ready, ready_file

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps others out by inherited rights")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "runtime" / "project.json"


def test_ready_file_says_how_to_reach_the_backend(tmp_path: Path, file: Path) -> None:
    ready = new_ready(tmp_path, 4321)
    with announce(ready, file):
        assert read_ready(file) == ready
    assert ready.host == "127.0.0.1:4321"
    assert (ready.pid, ready.project) == (os.getpid(), str(tmp_path.resolve()))


def test_ready_file_is_gone_after_the_backend(tmp_path: Path, file: Path) -> None:
    with announce(new_ready(tmp_path, 1), file):
        pass
    assert list(file.parent.iterdir()) == []
    with pytest.raises(ServeError, match="no backend serves this project"):
        read_ready(file)


def test_every_start_has_its_own_token_of_256_bits(tmp_path: Path) -> None:
    tokens = {new_ready(tmp_path, 1).token for _ in range(50)}
    assert len(tokens) == 50
    assert {len(bytes.fromhex(token)) for token in tokens} == {32}


def test_the_token_is_not_printed(tmp_path: Path) -> None:
    ready = new_ready(tmp_path, 1)
    assert ready.token not in repr(ready)


@on_posix
def test_nobody_else_can_read_it(tmp_path: Path, file: Path) -> None:
    before = os.umask(0)
    try:
        with announce(new_ready(tmp_path, 1), file):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    finally:
        os.umask(before)


@on_posix
def test_a_folder_that_others_can_read_is_closed_to_them(tmp_path: Path, file: Path) -> None:
    file.parent.mkdir(mode=0o755)
    with announce(new_ready(tmp_path, 1), file):
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_dead_backends_file_is_replaced_and_not_believed(tmp_path: Path, file: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from tilebake.serve.api.ready import *\n"
        "with announce(new_ready(Path('.'), 5), Path(sys.argv[1])): os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script, str(file)], check=True, cwd=tmp_path)
    with pytest.raises(ServeError, match=r"the backend \(pid \d+\) is gone"):
        read_ready(file)
    ready = new_ready(tmp_path, 6)
    with announce(ready, file):
        assert read_ready(file) == ready


def test_a_later_backends_file_stays(tmp_path: Path, file: Path) -> None:
    later = new_ready(tmp_path, 2)
    with contextlib.ExitStack() as first, contextlib.ExitStack() as second:
        first.enter_context(announce(new_ready(tmp_path, 1), file))
        second.enter_context(announce(later, file))
        first.close()
        assert read_ready(file) == later


@on_posix
def test_a_link_in_its_place_is_replaced_not_followed(tmp_path: Path, file: Path) -> None:
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text("mine", encoding="utf-8")
    file.parent.mkdir()
    file.symlink_to(elsewhere)
    with pytest.raises(ServeError, match="cannot be trusted"):
        read_ready(file)
    with announce(new_ready(tmp_path, 1), file):
        assert not file.is_symlink()
    assert elsewhere.read_text(encoding="utf-8") == "mine"


@on_posix
def test_a_link_in_the_folders_place_is_refused(tmp_path: Path, file: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    file.parent.symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(ServeError, match="cannot be written"), announce(new_ready(tmp_path, 1), file):
        pass
    assert list(elsewhere.iterdir()) == []


@on_posix
@pytest.mark.parametrize("mode", [0o644, 0o660, 0o604])
def test_a_file_that_others_can_read_or_write_is_not_believed(tmp_path: Path, file: Path, mode: int) -> None:
    with announce(new_ready(tmp_path, 1), file):
        file.chmod(mode)
        with pytest.raises(ServeError, match="cannot be trusted"):
            read_ready(file)
        file.chmod(0o600)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_another_users_file_and_folder_are_not_believed(tmp_path: Path, file: Path) -> None:
    with announce(new_ready(tmp_path, 1), file):
        os.chown(file, 12345, -1)
        with pytest.raises(ServeError, match="cannot be trusted"):
            read_ready(file)
        os.chown(file, 0, -1)
    os.chown(file.parent, 12345, -1)
    with pytest.raises(ServeError, match="another user"), announce(new_ready(tmp_path, 1), file):
        pass


@on_posix
def test_a_pipe_is_no_ready_file(file: Path) -> None:
    file.parent.mkdir()
    os.mkfifo(file, 0o600)
    with pytest.raises(ServeError, match="cannot be trusted"):
        read_ready(file)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"port": "1"}', b"\xff", b" " * 100_000 + b"{}"])
def test_nonsense_is_no_ready_file(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(ServeError, match="no ready file"):
        read_ready(file)


def test_projects_have_files_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    assert ready_file(one) != ready_file(other)
    assert ready_file(one) == ready_file(tmp_path / "other" / ".." / "one")
    assert ready_file(one).stem == project_key(one)
    assert tmp_path / "one" not in ready_file(one).parents


@on_posix
def test_a_project_is_one_however_it_is_reached(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    key = project_key(tmp_path / "link")
    assert key == project_key(tmp_path / "real")
    assert len(key) == 16
    assert int(key, 16) >= 0
