"""Run `tilebake cache`: print and shrink the caches of textures and of windows."""

import json
from collections.abc import Mapping

import click
from pydantic import ByteSize, TypeAdapter, ValidationError

from tilebake.cli.terminal.printing import print_result
from tilebake.cli.terminal.table import table
from tilebake.errors import BakeError
from tilebake.serve.bake.texture_cache import user_cache
from tilebake.serve.windows.window_cache import WindowCache, user_windows


def show_cache(*, as_json: bool) -> None:
    """Print where the caches are, and how full."""
    textures, windows = user_cache().info(), _windows().info()
    fields = {
        "folder": str(textures.folder),
        "textures": textures.entries,
        "size": ByteSize(textures.bytes),
        "limit": ByteSize(textures.limit),
        "windows_folder": str(windows.folder),
        "windows": windows.entries,
        "windows_size": ByteSize(windows.bytes),
        "windows_limit": ByteSize(windows.limit),
    }
    _print(fields, as_json=as_json)


def prune_cache(max_size: str, *, as_json: bool) -> None:
    """Remove what was used least recently beyond `max_size` of each kind, which reads as 500MB or 1.5GiB."""
    try:
        limit = TypeAdapter(ByteSize).validate_python(max_size)
    except ValidationError:
        raise click.BadParameter(
            f"{max_size!r} is not a size such as 500MB", param_hint="--max-size"
        ) from None
    textures, windows = user_cache(), _windows()
    removed, removed_windows = textures.prune(limit), windows.prune(limit)
    left, left_windows = textures.info(), windows.info()
    fields = {
        "removed": removed.entries,
        "freed": ByteSize(removed.bytes),
        "textures": left.entries,
        "size": ByteSize(left.bytes),
        "windows_removed": removed_windows.entries,
        "windows_freed": ByteSize(removed_windows.bytes),
        "windows": left_windows.entries,
        "windows_size": ByteSize(left_windows.bytes),
    }
    _print(fields, as_json=as_json)


def _windows() -> WindowCache:
    """Return the user's cache of windows. Raises BakeError if it is another user's."""

    def refuse(error: BakeError) -> None:
        raise error

    windows = user_windows(refuse)
    assert windows is not None, "or it would have been refused"
    return windows


def _print(fields: Mapping[str, str | int | ByteSize], *, as_json: bool) -> None:
    """Print sizes as bytes in JSON, and in readable units for people."""
    if as_json:
        print_result(json.dumps(fields))
    else:
        print_result(table((), [(_spell(name), _readable(value)) for name, value in fields.items()]))


def _spell(name: str) -> str:
    return name.replace("_", ": ")


def _readable(value: str | int | ByteSize) -> str:
    return value.human_readable(separator=" ") if isinstance(value, ByteSize) else str(value)
