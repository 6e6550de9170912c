"""Paint a map, and draw where its words are attended to. Importing this module imports torch."""

from collections.abc import Sequence
from pathlib import Path

from tilebake.cli.engine import load_pipeline
from tilebake.cli.options import Machine
from tilebake.cli.output import write_file, write_picture
from tilebake.cli.planning import AttentionOptions, MapToPaint
from tilebake.cli.terminal.painting import painting_one
from tilebake.cli.terminal.printing import print_path
from tilebake.paint.observe.attention_maps import find_level, npz_bytes
from tilebake.paint.observe.attention_store import attention_sizes
from tilebake.paint.observe.observe import observe_words
from tilebake.paint.report.attention_sheet import attention_sheet


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
