"""Run `tilebake show`: read and check a map, and load a model only if that is right and one is needed."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tilebake.cli.options import Choices
from tilebake.cli.output import picture_of_map, write_picture
from tilebake.cli.planning import AttentionOptions, bake_options, read_and_plan
from tilebake.cli.terminal.printing import print_notes, print_path, print_result, say_loading, tell_note
from tilebake.cli.terminal.table import table
from tilebake.errors import shown
from tilebake.level.canvas import canvas_of
from tilebake.level.decide import refuse_windows
from tilebake.level.edit.prompt_words import has_word, no_such_word, plain_text
from tilebake.level.masks.blend_schedule import blend_steps
from tilebake.level.masks.regions import masks_of
from tilebake.level.project import find_project
from tilebake.level.tilemap import TileMap, read_map
from tilebake.paint import importing_libraries
from tilebake.paint.report.contact_sheet import contact_sheet
from tilebake.paint.report.mask_sheet import mask_panels
from tilebake.serve.bake.plan import decide_for
from tilebake.serve.owners.closed_places import refuse_closed_folder

if TYPE_CHECKING:
    from tilebake.paint.prompts.read_prompts import ReadPrompt


def show_masks(map_path: Path, choices: Choices) -> None:
    """Write one labelled picture: the tiles, each terrain's mask, their sum and the edges."""
    project = find_project(map_path)
    tilemap, settings = decide_for(read_map(map_path, project), project, bake_options(choices))
    canvas = canvas_of(tilemap, settings)
    print_notes(tilemap.notes)
    sigma = blend_steps(settings, tilemap.grid, tilemap.tile_size, 1)[0].mask_sigma
    regions = masks_of(tilemap, canvas, settings, sigma)
    panels = mask_panels(tilemap, canvas, regions)
    height, width = canvas.latent_size
    heading = f"{tilemap.name}: masks of {width} x {height} latent pixels, mask_sigma {sigma:g}"
    out = picture_of_map(choices.out, map_path, "masks")
    write_picture(out, contact_sheet(panels, heading=heading))
    print_path(out)


def show_prompts(map_path: Path, choices: Choices, *, as_json: bool) -> None:
    """Print each prompt's tokens, the weights other than 1, and the shapes of its embeddings."""
    planned = read_and_plan(map_path, choices)
    print_notes(planned.tilemap.notes)
    from tilebake.paint.prompts.read_prompts import read_prompts  # a library, once the map is right

    prompts = read_prompts(planned.tilemap, planned.source)
    if as_json:
        for role, prompt in prompts.items():
            print_result(json.dumps({"prompt": role, **_fields(prompt)}))
    else:
        header = ("PROMPT", "TOKENS", "PROMPT_EMBEDS", "POOLED", "READ AS")
        print_result(table(header, [_row(role, prompt) for role, prompt in prompts.items()]))


def show_attention(map_path: Path, options: AttentionOptions, choices: Choices) -> None:
    """Paint the map, and write a sheet of where its words are attended to."""
    planned = read_and_plan(map_path, choices)
    tilemap = planned.tilemap
    refuse_windows(tilemap, planned.request.settings)
    out = picture_of_map(choices.out, map_path, "attention")
    regions = None if options.terrain is None else [tilemap.index_of(options.terrain)]
    if options.npz is not None:
        refuse_closed_folder(options.npz)
    _refuse_absent_words(tilemap, options.words, regions)
    steps = planned.request.settings.steps
    if steps is not None and options.during.start >= steps:
        raise click.BadParameter(f"there are only {steps} steps", param_hint="--during")
    print_notes(tilemap.notes)
    if tilemap.edit is not None:
        tell_note(f"this shows the map's own prompts, without the edit in {shown(map_path)}")
    say_loading(planned.source.reference)
    with importing_libraries():
        from tilebake.cli.run.show_model import paint_attention  # torch: only once the map is right

    paint_attention(planned, options, regions, choices.machine, out)


def _fields(prompt: "ReadPrompt") -> Mapping[str, object]:
    return {
        "text": prompt.text,
        "prompt_embeds": prompt.prompt_embeds,
        "pooled_prompt_embeds": prompt.pooled_prompt_embeds,
        "tokens": [{"text": token.text, "id": token.id, "weight": token.weight} for token in prompt.tokens],
    }


def _row(role: str, prompt: "ReadPrompt") -> tuple[str, ...]:
    tokens = (t.text if t.weight == 1 else f"{t.text}*{t.weight:.3g}" for t in prompt.tokens)
    return (
        role,
        str(len(prompt.tokens)),
        str([*prompt.prompt_embeds]),
        str([*prompt.pooled_prompt_embeds]),
        " ".join(tokens),
    )


def _refuse_absent_words(tilemap: TileMap, words: Sequence[str], regions: Sequence[int] | None) -> None:
    """Raise PromptError for a word that none of the prompts has in which it is sought."""
    own = [terrain.prompt for terrain in tilemap.terrains]
    prompts = [tilemap.base_prompt, *own] if regions is None else [own[region] for region in regions]
    for word in words:
        if not any(has_word(prompt, word) for prompt in prompts):
            raise no_such_word(word, map(plain_text, prompts))
