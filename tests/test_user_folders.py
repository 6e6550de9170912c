"""The user's folders: where each system has them, and how to put them elsewhere."""

import os
import stat
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import platformdirs
import pytest
from platformdirs import windows
from platformdirs.unix import Unix

from tilebake import user_folders
from tilebake.cli.logfile import logging_to
from tilebake.errors import BakeError
from tilebake.private_folder import is_believed, private_folder
from tilebake.serve.bake.texture_cache import user_cache
from tilebake.user_folders import shorten_home

VARIABLES = (
    *("TILEBAKE_CACHE", "TILEBAKE_STATE", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"),
    *("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"),
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder in which no variable says anything."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_linux_folders_stay_where_earlier_versions_had_them(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platformdirs, "PlatformDirs", Unix)
    assert user_folders.cache_folder() == home / ".cache" / "tilebake"
    assert user_folders.state_folder() == home / ".local" / "state" / "tilebake"
    assert user_folders.log_folder() == home / ".local" / "state" / "tilebake" / "log"
    assert user_folders.hub_folder() == home / ".cache" / "huggingface" / "hub"


def test_linux_folders_follow_the_xdg_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "PlatformDirs", Unix)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "c"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "s"))
    assert user_folders.cache_folder() == tmp_path / "c" / "tilebake"
    assert user_folders.state_folder() == tmp_path / "s" / "tilebake"
    assert user_folders.hub_folder() == tmp_path / "c" / "huggingface" / "hub"


def test_clearing_the_cache_on_windows_leaves_locks_and_journals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def local_app_data(csidl_name: str) -> str:
        assert csidl_name == "CSIDL_LOCAL_APPDATA"
        return str(tmp_path)

    monkeypatch.setattr(windows, "get_win_folder", local_app_data)
    monkeypatch.setattr(platformdirs, "PlatformDirs", windows.Windows)
    cache, state, log = user_folders.cache_folder(), user_folders.state_folder(), user_folders.log_folder()
    assert cache == tmp_path / "tilebake" / "Cache"
    assert not state.is_relative_to(cache)
    assert not log.is_relative_to(cache)


def test_tilebake_cache_and_tilebake_state_move_the_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILEBAKE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TILEBAKE_STATE", str(tmp_path / "state"))
    assert user_folders.cache_folder() == tmp_path / "cache"
    assert user_folders.state_folder() == tmp_path / "state"
    assert user_folders.log_folder() == tmp_path / "state" / "log"


@pytest.mark.parametrize("variable", ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"])
def test_the_hub_folder_is_the_one_that_hugging_face_tools_use(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    assert user_folders.hub_folder() == tmp_path / "home" / "hub"
    monkeypatch.setenv(variable, str(tmp_path / "named"))
    assert user_folders.hub_folder() == tmp_path / "named"


posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows asks its registry")


@posix
def test_relative_variables_are_ignored(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "PlatformDirs", Unix)
    for variable in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(variable, "relative")
    assert user_folders.cache_folder() == home / ".cache/tilebake"
    assert user_folders.state_folder() == home / ".local/state/tilebake"
    assert user_folders.log_folder() == home / ".local/state/tilebake/log"
    assert user_folders.hub_folder() == home / ".cache/huggingface/hub"
    assert user_folders.runtime_folder().is_absolute()
    monkeypatch.setenv("HOME", "relative")
    folders = (user_folders.cache_folder, user_folders.state_folder, user_folders.log_folder)
    for folder in (*folders, user_folders.hub_folder, user_folders.runtime_folder):
        assert folder().is_absolute()
        assert "relative" not in folder().parts


@posix
def test_a_user_without_a_home_has_a_private_one_among_the_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pwd

    def know_nobody(_user: int) -> NoReturn:
        raise KeyError("no such user")

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", know_nobody)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    home = tmp_path / f"tilebake-{os.getuid()}"
    assert user_folders.cache_folder().is_relative_to(home)
    assert user_folders.state_folder().is_relative_to(home)
    assert user_folders.log_folder().is_relative_to(home)
    assert user_folders.hub_folder().is_relative_to(home)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert user_folders.runtime_folder().is_absolute()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root gives files away")
def test_what_another_user_put_there_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    (cache / "textures").mkdir(parents=True)
    os.chown(cache / "textures", 12345, 12345)
    monkeypatch.setenv("TILEBAKE_CACHE", str(cache))
    assert not is_believed(cache / "textures")
    with pytest.raises(BakeError, match="belongs to another user, and is not believed"):
        user_cache()


@posix
def test_the_users_folders_are_closed_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = tmp_path / "named"
    cache = named / "textures"
    cache.mkdir(parents=True)
    for folder in (named, cache):
        folder.chmod(0o777)
    assert not is_believed(cache)
    monkeypatch.setenv("TILEBAKE_CACHE", str(named))
    user_cache()
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert is_believed(cache)
    assert stat.S_IMODE(named.stat().st_mode) == 0o777, "it may be /tmp"
    made = private_folder(tmp_path / "new/state")
    assert [stat.S_IMODE(each.stat().st_mode) for each in (made, made.parent)] == [0o700, 0o700]
    log = made / "watch.log"
    with logging_to(log):
        assert stat.S_IMODE(log.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("/home/ann", "~"),
        ("it lies in /home/ann.", "it lies in ~."),
        ("'/home/ann/game/a.json':3: /home/ann/b", "'~/game/a.json':3: ~/b"),
        (
            "/home/annabel and /home/ann-b and /home/ann.old",
            "/home/annabel and /home/ann-b and /home/ann.old",
        ),
        ("/mnt/home/ann/game", "/mnt/home/ann/game"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="paths as Linux and macOS have them")
def test_a_home_folder_is_shortened(text: str, short: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    assert shorten_home(text) == short


@pytest.mark.parametrize("home", ["/", "relative"])
def test_what_is_no_home_shortens_nothing(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", home)
    monkeypatch.setenv("USERPROFILE", home)
    assert shorten_home("/relative/levels") == "/relative/levels"
