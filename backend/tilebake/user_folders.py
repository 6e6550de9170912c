"""Name the user's folders for tilebake: cache, state, log, runtime, and the shared cache of Hugging Face.

None of them is made here. Two environment variables put them elsewhere, as tests and CI runners do:
TILEBAKE_CACHE names the cache, TILEBAKE_STATE the state, with the logs in its folder `log`.
"""

import os
import warnings
from pathlib import Path

import platformdirs

from tilebake.errors import ServeError


def cache_folder() -> Path:
    """Return the folder for what can be made again: textures and file digests."""
    if named := os.environ.get("TILEBAKE_CACHE"):
        return Path(named)
    return _folders().user_cache_path


def state_folder() -> Path:
    """Return the folder for what has to be remembered: locks and journals. Clearing the cache leaves it."""
    if named := os.environ.get("TILEBAKE_STATE"):
        return Path(named)
    return _folders().user_state_path


def log_folder() -> Path:
    """Return the folder for log files."""
    if named := os.environ.get("TILEBAKE_STATE"):
        return Path(named) / "log"
    return _folders().user_log_path


def runtime_folder() -> Path:
    """Return the folder for what ends with the session: ready files. Raises ServeError if there is none."""
    try:
        with warnings.catch_warnings():  # whoever writes there checks who owns the folder
            warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
            return _folders().user_runtime_path
    except OSError as error:
        hint = "set XDG_RUNTIME_DIR to a folder of your own with mode 0700"
        raise ServeError(f"there is no private runtime folder: {error}", hint=hint) from error


def hub_folder() -> Path:
    """Return the folder of the local Hugging Face cache, by the variables that huggingface_hub reads."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if named := os.environ.get(variable):
            return Path(named).expanduser()
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface"
    return Path(home).expanduser() / "hub"


def _folders() -> platformdirs.PlatformDirs:
    return platformdirs.PlatformDirs("tilebake", appauthor=False)
