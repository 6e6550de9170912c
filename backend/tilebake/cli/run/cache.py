"""Run `tilebake cache`: print and shrink the cache of textures."""

import json
from collections.abc import Mapping

import click
from pydantic import ByteSize, TypeAdapter, ValidationError

from tilebake.cli.terminal.printing import print_result
from tilebake.cli.terminal.table import table
from tilebake.serve.bake.texture_cache import user_cache


def show_cache(*, as_json: bool) -> None:
    """Print where the cache is, and how full."""
    cache = user_cache().info()
    fields = {"folder": str(cache.folder), "textures": cache.entries}
    _print({**fields, "size": ByteSize(cache.bytes), "limit": ByteSize(cache.limit)}, as_json=as_json)


def prune_cache(max_size: str, *, as_json: bool) -> None:
    """Remove the least recently used textures beyond `max_size`, which reads as 500MB or 1.5GiB."""
    try:
        limit = TypeAdapter(ByteSize).validate_python(max_size)
    except ValidationError:
        raise click.BadParameter(
            f"{max_size!r} is not a size such as 500MB", param_hint="--max-size"
        ) from None
    cache = user_cache()
    removed = cache.prune(limit)
    left = cache.info()
    fields = {"removed": removed.entries, "freed": ByteSize(removed.bytes)}
    _print({**fields, "textures": left.entries, "size": ByteSize(left.bytes)}, as_json=as_json)


def _print(fields: Mapping[str, str | int | ByteSize], *, as_json: bool) -> None:
    """Print sizes as bytes in JSON, and in readable units for people."""
    if as_json:
        print_result(json.dumps(fields))
    else:
        print_result(table((), [(name, _readable(value)) for name, value in fields.items()]))


def _readable(value: str | int | ByteSize) -> str:
    return value.human_readable(separator=" ") if isinstance(value, ByteSize) else str(value)
