"""`tilebake show`: what a map makes the model do, before it does it and while."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import Choices, choices, json_option
from tilebake.cli.setting_options import BLENDING, SETTINGS
from tilebake.cli.table import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tilebake.level.tilemap import TileMap
    from tilebake.paint.model.load import Components
    from tilebake.paint.prompts.embeds import Conditioning, PromptEmbeds

MAP = click.argument("map_path", metavar="MAP", type=click.Path(path_type=Path))


@click.group("show")
def command() -> None:
    """Show a map's masks, prompts or attention."""


@command.command("masks", cls=SectionCommand)
@MAP
@choices(*BLENDING, out="The .png file to write; NAME.masks.png unless said.", model=False, seed=False)
def masks(*, map_path: Path, choices: Choices) -> None:
    """One labelled picture: the tiles, each terrain's mask, their sum and the edges. Needs no model."""
    from tilebake.cli.output import picture_path, write_picture
    from tilebake.level.canvas import canvas_for
    from tilebake.level.map_names import map_stem
    from tilebake.level.masks.blend_schedule import blend_steps
    from tilebake.level.masks.regions import masks_of
    from tilebake.level.project import find_project
    from tilebake.level.tilemap import read_map
    from tilebake.paint.report.contact_sheet import contact_sheet
    from tilebake.paint.report.mask_sheet import mask_panels
    from tilebake.serve.bake.plan import settings_for

    project = find_project(map_path)
    tilemap = read_map(map_path, project)
    settings = settings_for(tilemap, project, choices.order())
    canvas = canvas_for(tilemap, settings.pixels_per_tile)
    sigma = blend_steps(settings, tilemap.grid, tilemap.tile_size, 1)[0].mask_sigma
    regions = masks_of(tilemap, canvas, settings, sigma)
    panels = mask_panels(tilemap, canvas, regions)
    height, width = canvas.latent_size
    heading = f"{tilemap.name}: masks of {width} x {height} latent pixels, mask_sigma {sigma:g}"
    out = picture_path(choices.out, Path(f"{map_stem(map_path)}.masks.png"))
    write_picture(out, contact_sheet(panels, heading=heading))
    click.echo(str(out))


@command.command("prompts", cls=SectionCommand)
@MAP
@choices(seed=False)
@json_option
def prompts(*, map_path: Path, choices: Choices, as_json: bool) -> None:
    """Each prompt's tokens, those that weigh other than 1 with their weights, and its embeddings' shapes."""
    from tilebake.cli.engine import load_components
    from tilebake.level.project import find_project
    from tilebake.level.tilemap import read_map
    from tilebake.paint.prompts.encode import condition
    from tilebake.serve.bake.plan import Planner

    project = find_project(map_path)
    tilemap = read_map(map_path, project)
    request, source = Planner(choices.order()).request(tilemap, project)
    components = load_components(source, request.loras, choices.machine)
    encoded = dict(_by_role(tilemap, condition(components, tilemap))) | dict(_edited(tilemap, components))
    if as_json:
        for role, embeds in encoded.items():
            click.echo(json.dumps({"prompt": role, **_fields(embeds)}))
    else:
        header = ("PROMPT", "TOKENS", "PROMPT_EMBEDS", "POOLED", "READ AS")
        click.echo(table(header, [_row(role, embeds) for role, embeds in encoded.items()]))


def _read_span(context: click.Context, parameter: click.Parameter, value: str | None) -> slice:
    """Steps as people count them, "2-5" or "3", as a slice; all of them without."""
    match = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", value or "1-9999")
    if match is None or not 1 <= int(match[1]) <= int(match[2] or match[1]):
        raise click.BadParameter(
            f"{value!r} is not FIRST-LAST, counted from 1, such as 2-5", context, parameter
        )
    return slice(int(match[1]) - 1, int(match[2] or match[1]))


@command.command("attention", cls=SectionCommand)
@MAP
@click.option("--words", required=True, metavar="WORD,...", help="Words or phrases of the map's prompts.")
@click.option("--terrain", metavar="NAME", help="Look in this terrain's prompt alone; else in all of them.")
@click.option(
    "--during", metavar="FIRST-LAST", callback=_read_span, help="The steps whose mean is shown; else all."
)
@click.option(
    "--level", metavar="SIZE", help="Layers whose maps are so large, such as 32 or 32x24; else all."
)
@click.option("--npz", type=click.Path(path_type=Path), help="A file for the same as numpy arrays.")
@choices(*SETTINGS, out="The .png file to write; NAME.attention.png unless said.")
def attention(
    *,
    map_path: Path,
    words: str,
    terrain: str | None,
    during: slice,
    level: str | None,
    npz: Path | None,
    choices: Choices,
) -> None:
    """Paint MAP and watch where single words of its prompts work, step by step.

    Such as: tilebake show attention maps/forest.json --words grass,water
    """
    from tilebake.cli.engine import load_pipeline, painting
    from tilebake.cli.output import picture_path, write_file, write_picture
    from tilebake.level.map_names import map_stem
    from tilebake.level.project import find_project
    from tilebake.level.tilemap import read_map
    from tilebake.paint.observe.attention_maps import find_level, npz_bytes
    from tilebake.paint.observe.attention_store import attention_sizes
    from tilebake.paint.observe.observe import observe_words
    from tilebake.paint.report.attention_sheet import attention_sheet
    from tilebake.serve.bake.plan import Planner

    project = find_project(map_path)
    tilemap = read_map(map_path, project)
    out = picture_path(choices.out, Path(f"{map_stem(map_path)}.attention.png"))
    sought = [word.strip() for word in words.split(",")]
    if tilemap.edit is not None:
        click.echo(
            f"note: the map's own prompts are watched, without the edit that {map_path} holds", err=True
        )
    regions = None if terrain is None else [tilemap.index_of(terrain)]
    request, source = Planner(choices.order()).request(tilemap, project)
    with painting(str(map_path)) as on_step:
        pipeline = load_pipeline(source, request.loras, choices.machine)
        scene = pipeline.scene(request)
        if during.start >= scene.sampling.steps:
            raise click.BadParameter(f"there are {scene.sampling.steps} steps", param_hint="--during")
        sizes = attention_sizes(pipeline.components.unet, scene.blend.latent_size)
        at = None if level is None else find_level(level, sizes)
        observed = observe_words(pipeline.components, scene, sought, on_step, regions)
    heading = f"{tilemap.name}: attention to {', '.join(sought)}"
    sheet = attention_sheet(tilemap, scene, observed, steps=during, level=at, heading=heading)
    write_picture(out, sheet)
    click.echo(str(out))
    if npz is not None:
        write_file(npz, npz_bytes(observed.extra, scene.terrains))
        click.echo(str(npz))


def _by_role(tilemap: "TileMap", conditioning: "Conditioning") -> "Iterator[tuple[str, PromptEmbeds]]":
    """Every prompt of a map under the name of what it is for."""
    names = [terrain.name for terrain in tilemap.terrains]
    yield "(base)", conditioning.base
    yield from zip(names, conditioning.regions, strict=True)
    yield "(negative)", conditioning.negative
    if conditioning.negative_regions is not None:
        against = (f"{name} (negative)" for name in names)
        yield from zip(against, conditioning.negative_regions, strict=True)


def _edited(tilemap: "TileMap", components: "Components") -> "Iterator[tuple[str, PromptEmbeds]]":
    """The prompts that a map's edit paints it under, likewise."""
    from tilebake.paint.prompts.encode import encode_prompt

    for name, rewrite in tilemap.edit.rewrites.items() if tilemap.edit else ():
        yield f"{name or '(base)'} (edited)", encode_prompt(components, rewrite.prompt)


def _fields(embeds: "PromptEmbeds") -> "Mapping[str, object]":
    return {
        "text": embeds.text,
        "prompt_embeds": list(embeds.prompt_embeds.shape),
        "pooled_prompt_embeds": list(embeds.pooled_prompt_embeds.shape),
        "tokens": [{"text": token.text, "id": token.id, "weight": token.weight} for token in embeds.tokens],
    }


def _row(role: str, embeds: "PromptEmbeds") -> tuple[str, ...]:
    tokens = (t.text if t.weight == 1 else f"{t.text}*{t.weight:.3g}" for t in embeds.tokens)
    return (
        role,
        str(len(embeds.tokens)),
        str(list(embeds.prompt_embeds.shape)),
        str(list(embeds.pooled_prompt_embeds.shape)),
        " ".join(tokens),
    )
