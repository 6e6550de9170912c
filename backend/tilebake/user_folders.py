"""Name the user's folders for tilebake: cache, state, log, runtime, and the shared cache of Hugging Face.

Two environment variables put them elsewhere, as tests and CI runners do:
TILEBAKE_CACHE names the cache, TILEBAKE_STATE the state, with the logs in its folder `log`.

What names a folder relative to the current one is ignored: it would mean another folder each time. A user
without any home (a container's) has a folder in the system's temporary one, closed to all others.
"""

import os
import re
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

import platformdirs

from tilebake.errors import ServeError, shown
from tilebake.private_folder import private_folder

_BELOW_HOME: Final = {"cache": ".cache/tilebake", "state": ".local/state/tilebake"}


def cache_folder() -> Path:
    """Return the folder for what can be made again: textures and file digests."""
    if named := os.environ.get("TILEBAKE_CACHE"):
        return Path(named)
    return _user_folder("cache")


def state_folder() -> Path:
    """Return the folder for what has to be remembered: locks and journals. Clearing the cache leaves it."""
    if named := os.environ.get("TILEBAKE_STATE"):
        return Path(named)
    return _user_folder("state")


def log_folder() -> Path:
    """Return the folder for log files."""
    if named := os.environ.get("TILEBAKE_STATE"):
        return Path(named) / "log"
    return _absolute(lambda: _folders().user_log_path) or state_folder() / "log"


def runtime_folder() -> Path:
    """Return the folder for what ends with the session: ready files. Raises ServeError if there is none."""
    try:
        with warnings.catch_warnings():  # whoever writes there checks who owns the folder
            warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
            return _absolute(lambda: _folders().user_runtime_path) or _home() / "run"
    except OSError as error:
        hint = "set XDG_RUNTIME_DIR to a folder of your own with mode 0700"
        raise ServeError(f"there is no private runtime folder: {error}", hint=hint) from error


def hub_folder() -> Path:
    """Return the folder of the local Hugging Face cache, by the variables that huggingface_hub reads."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if named := os.environ.get(variable):
            return _expanded(named)
    if named := os.environ.get("HF_HOME"):
        return _expanded(named) / "hub"
    named = os.environ.get("XDG_CACHE_HOME", "")
    return _expanded(named if Path(named).is_absolute() else "~/.cache") / "huggingface" / "hub"


def shorten_home(text: str) -> str:
    """Return a text with ~ in the place of the user's home folder, whose name is a person's as a rule."""
    try:
        home = Path.home()
        folders = [folder for folder in (home, home.resolve()) if folder.is_absolute() and folder.name]
    except (RuntimeError, OSError):  # no home, or none that can be looked at
        return text
    for folder in folders:
        spelled = shown(folder)
        quoted = spelled.replace("\\", "\\\\")  # as Python has names of Windows in its errors
        for spelling in dict.fromkeys((quoted, spelled, spelled.replace(os.sep, "/"))):
            pattern = rf"(?<![\w.~-]){re.escape(spelling)}(?![\w-]|\.\w)"  # no piece of a longer name
            text = re.sub(pattern, "~", text, flags=re.IGNORECASE if os.name == "nt" else re.NOFLAG)
    return text


def _user_folder(kind: Literal["cache", "state"]) -> Path:
    folders = _folders()
    known = _absolute(lambda: folders.user_cache_path if kind == "cache" else folders.user_state_path)
    return known or _home() / _BELOW_HOME[kind]


def _absolute(find: Callable[[], Path]) -> Path | None:
    """Return the folder that is found; None for a relative one, and where there is no home to put it into."""
    try:
        path = find()
    except RuntimeError:
        return None
    return path if path.is_absolute() else None


def _expanded(path: str) -> Path:
    """Return a path with the home folder in the place of a leading ~."""
    return _home() / path[2:] if path.startswith("~/") else Path(path)


def _home() -> Path:
    """Return the user's home, or a folder of their own where there is none. Raises BakeError, OSError."""
    try:
        home = Path.home()
        if not home.is_absolute() and os.name != "nt":
            import pwd  # which Windows has not

            home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    except (RuntimeError, KeyError):  # no HOME, and nobody knows this user
        home = Path()
    if home.is_absolute():
        return home
    return private_folder(Path(tempfile.gettempdir()) / f"tilebake-{os.getuid()}")


def _folders() -> platformdirs.PlatformDirs:
    return platformdirs.PlatformDirs("tilebake", appauthor=False)
