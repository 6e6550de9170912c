"""Print prompts as a model reads them, and paint attention. Importing this module imports torch."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tilebake.cli.engine import load_components, load_pipeline
from tilebake.cli.options import Machine
from tilebake.cli.output import write_file, write_picture
from tilebake.cli.planning import AttentionOptions, MapToPaint
from tilebake.cli.terminal.painting import painting_one
from tilebake.cli.terminal.printing import print_path, print_result
from tilebake.cli.terminal.table import table
from tilebake.level.tilemap import TileMap
from tilebake.paint.model.load import Components
from tilebake.paint.observe.attention_maps import find_level, npz_bytes
from tilebake.paint.observe.attention_store import attention_sizes
from tilebake.paint.observe.observe import observe_words
from tilebake.paint.prompts.embeds import Conditioning, PromptEmbeds
from tilebake.paint.prompts.encode import condition, encode_prompt
from tilebake.paint.report.attention_sheet import attention_sheet

NamedEmbeds = Iterator[tuple[str, PromptEmbeds]]


def print_prompts(planned: MapToPaint, machine: Machine, *, as_json: bool) -> None:
    """Load the model, and print what it makes of each prompt of a map."""
    tilemap = planned.tilemap
    components = load_components(planned.source, planned.request.loras, machine)
    prompts = dict(_map_prompts(tilemap, condition(components, tilemap)))
    prompts |= dict(_edit_prompts(tilemap, components))
    if as_json:
        for role, embeds in prompts.items():
            print_result(json.dumps({"prompt": role, **_fields(embeds)}))
    else:
        header = ("PROMPT", "TOKENS", "PROMPT_EMBEDS", "POOLED", "READ AS")
        print_result(table(header, [_row(role, embeds) for role, embeds in prompts.items()]))


def paint_attention(
    planned: MapToPaint,
    options: AttentionOptions,
    regions: Sequence[int | None] | None,
    machine: Machine,
    out: Path,
) -> None:
    """Paint a map, and write the sheet of where words of these regions' prompts are attended to."""
    tilemap, request = planned.tilemap, planned.request
    with painting_one(str(tilemap.path)) as work:
        with work.loading():
            pipeline = load_pipeline(planned.source, request.loras, machine)
        scene = pipeline.scene(request)
        sizes = attention_sizes(pipeline.components.unet, scene.blend.latent_size)
        level = None if options.level is None else find_level(options.level, sizes)
        observed = observe_words(pipeline.components, scene, options.words, work.on_step, regions)
    heading = f"{tilemap.name}: attention to {', '.join(options.words)}"
    sheet = attention_sheet(tilemap, scene, observed, steps=options.during, level=level, heading=heading)
    write_picture(out, sheet)
    print_path(out)
    if options.npz is not None:
        write_file(options.npz, npz_bytes(observed.extra, scene.terrains))
        print_path(options.npz)


def _map_prompts(tilemap: TileMap, conditioning: Conditioning) -> NamedEmbeds:
    """Yield every prompt of a map, by the name of what it is for."""
    names = [terrain.name for terrain in tilemap.terrains]
    yield "(base)", conditioning.base
    yield from zip(names, conditioning.regions, strict=True)
    yield "(negative)", conditioning.negative
    if conditioning.negative_regions is not None:
        against = (f"{name} (negative)" for name in names)
        yield from zip(against, conditioning.negative_regions, strict=True)


def _edit_prompts(tilemap: TileMap, components: Components) -> NamedEmbeds:
    """Yield the prompts that the map's edit paints it with."""
    for name, rewrite in tilemap.edit.rewrites.items() if tilemap.edit else ():
        yield f"{name or '(base)'} (edited)", encode_prompt(components, rewrite.prompt)


def _fields(embeds: PromptEmbeds) -> Mapping[str, object]:
    return {
        "text": embeds.text,
        "prompt_embeds": list(embeds.prompt_embeds.shape),
        "pooled_prompt_embeds": list(embeds.pooled_prompt_embeds.shape),
        "tokens": [{"text": token.text, "id": token.id, "weight": token.weight} for token in embeds.tokens],
    }


def _row(role: str, embeds: PromptEmbeds) -> tuple[str, ...]:
    tokens = (t.text if t.weight == 1 else f"{t.text}*{t.weight:.3g}" for t in embeds.tokens)
    return (
        role,
        str(len(embeds.tokens)),
        str(list(embeds.prompt_embeds.shape)),
        str(list(embeds.pooled_prompt_embeds.shape)),
        " ".join(tokens),
    )
