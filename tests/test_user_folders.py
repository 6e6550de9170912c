"""The user's folders: where each system has them, and how to put them elsewhere."""

from pathlib import Path

import platformdirs
import pytest
from platformdirs import windows
from platformdirs.unix import Unix

from tilebake import user_folders

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
