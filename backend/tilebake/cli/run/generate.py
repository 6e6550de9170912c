"""Run `tilebake generate`: paint one prompt with plain SDXL."""

import json
from pathlib import Path
from typing import Final

from tilebake.cli.options import Choices
from tilebake.cli.output import picture_path, write_picture
from tilebake.cli.planning import plain_embeddings, plan_plain, read_plain
from tilebake.cli.terminal.painting import painting_one
from tilebake.cli.terminal.printing import print_result, say, say_loading, tell_note
from tilebake.level.torus.wrap import Wrap, refuse_unwrappable_size
from tilebake.paint import importing_libraries

DEFAULT_OUT: Final = Path("generated.png")


def run_generate(
    prompt: str,
    negative: str,
    size: tuple[int, int],
    choices: Choices,
    wrap: Wrap | None,
    *,
    is_fast: bool,
    as_json: bool,
) -> None:
    """Paint the prompt, write the picture, and print its path and timings."""
    refuse_unwrappable_size(size, wrap)
    out = picture_path(choices.out, DEFAULT_OUT)
    embeddings = plain_embeddings(choices)
    prompt, negative = (read_plain(each, embeddings) for each in (prompt, negative))
    model = plan_plain(choices, is_fast=is_fast)
    if not as_json:
        say_loading(model.source.reference)
    with importing_libraries():
        from tilebake.cli.engine import load_pipeline  # torch: only once all options are right

    with painting_one(prompt) as work:
        with work.loading():
            pipeline = load_pipeline(model.source, model.loras, choices.machine)
        generated = pipeline.generate(
            prompt,
            size,
            work.on_step,
            negative_prompt=negative,
            settings=model.settings,
            seed=choices.seed or 0,
            wrap=wrap,
        )
    write_picture(out, generated.image)
    width, height = size
    stages = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in generated.timings.items())
    say("; ".join((f"{width} x {height}: {stages}", *generated.degraded)))
    if generated.notes:
        tell_note(generated.notes)
    timings = {stage: round(seconds, 3) for stage, seconds in generated.timings.items()}
    print_result(json.dumps({"picture": str(out), "timings": timings}) if as_json else str(out))
