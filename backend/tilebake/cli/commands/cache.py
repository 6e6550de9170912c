"""`tilebake cache`: the textures that need not be painted again."""

import json
from typing import TYPE_CHECKING

import click

from tilebake.cli.options import json_option
from tilebake.cli.table import table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import ByteSize


def _read_size(context: click.Context, parameter: click.Parameter, value: str) -> int:
    """500MB, 1.5GiB or plain bytes."""
    from pydantic import ByteSize, TypeAdapter, ValidationError

    try:
        return TypeAdapter(ByteSize).validate_python(value)
    except ValidationError:
        raise click.BadParameter(f"{value!r} is no size, such as 500MB", context, parameter) from None


@click.group("cache")
def command() -> None:
    """Show and empty the cache of textures."""


@command.command("info")
@json_option
def info(*, as_json: bool) -> None:
    """Where the cache is, and how full."""
    from pydantic import ByteSize

    from tilebake.serve.bake.texture_cache import user_cache

    cache = user_cache().info()
    fields = {"folder": str(cache.folder), "textures": cache.entries}
    _tell({**fields, "size": ByteSize(cache.bytes), "limit": ByteSize(cache.limit)}, as_json=as_json)


@command.command("prune")
@click.option(
    "--max-size",
    metavar="SIZE",
    default="2GiB",
    show_default=True,
    callback=_read_size,
    help="What may stay, such as 500MB; 0 empties the cache.",
)
@json_option
def prune(*, max_size: int, as_json: bool) -> None:
    """Remove the least recently used textures."""
    from pydantic import ByteSize

    from tilebake.serve.bake.texture_cache import user_cache

    cache = user_cache()
    removed = cache.prune(max_size)
    left = cache.info()
    fields = {"removed": removed.entries, "freed": ByteSize(removed.bytes)}
    _tell({**fields, "textures": left.entries, "size": ByteSize(left.bytes)}, as_json=as_json)


def _tell(fields: "Mapping[str, str | int | ByteSize]", *, as_json: bool) -> None:
    """Sizes are bytes in JSON, and whatever reads well for people."""
    if as_json:
        click.echo(json.dumps(fields))
    else:
        click.echo(table((), [(name, _readable(value)) for name, value in fields.items()]))


def _readable(value: "str | int | ByteSize") -> str:
    from pydantic import ByteSize

    return value.human_readable(separator=" ") if isinstance(value, ByteSize) else str(value)
