"""`tilebake generate`: a prompt, plainly painted: the baseline for every regional bake."""

import json
from pathlib import Path
from typing import Final

import click

from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import Choices, choices, json_option
from tilebake.cli.setting_options import SAMPLING
from tilebake.level.canvas import LATENT

DEFAULT_OUT: Final = Path("generated.png")


SIZE: Final = click.IntRange(64, 4096)


def whole_latents(context: click.Context, parameter: click.Parameter, value: int) -> int:
    """A length in pixels that latents can have. Raises click.BadParameter for others."""
    if value % LATENT:
        raise click.BadParameter(f"{value} is not a multiple of {LATENT}", context, parameter)
    return value


@click.command("generate", cls=SectionCommand, short_help="Paint a prompt without a map.")
@click.argument("prompt")
@click.option("--negative", default="", metavar="PROMPT", help="What the picture must not show.")
@click.option(
    "--width", type=SIZE, callback=whole_latents, default=512, show_default=True, help="Width in pixels."
)
@click.option(
    "--height", type=SIZE, callback=whole_latents, default=512, show_default=True, help="Height in pixels."
)
@choices(*SAMPLING, out=f"The .png file to write; {DEFAULT_OUT} unless said.")
@json_option
def command(*, prompt: str, negative: str, width: int, height: int, choices: Choices, as_json: bool) -> None:
    """Paint one PROMPT without a map, by the same model and loop, and tell how long it took."""
    from tilebake.cli.engine import load_pipeline
    from tilebake.cli.interrupt import interruptible
    from tilebake.cli.output import picture_path, write_picture
    from tilebake.cli.progress import progress
    from tilebake.level.project import find_project
    from tilebake.request import Step
    from tilebake.serve.bake.plan import Planner

    order = choices.order()
    out = picture_path(choices.out, DEFAULT_OUT)
    project, planner = find_project(Path.cwd()), Planner(order)
    source, _ = planner.model(project)
    loras = planner.loras(project)
    with interruptible() as interruption, progress() as shown:

        def on_step(step: Step) -> None:
            shown.step(step)
            interruption.check()

        shown.start(prompt, 1, 1)
        pipeline = load_pipeline(source, loras, choices.machine)
        interruption.check()
        generated = pipeline.generate(
            prompt,
            (width, height),
            on_step,
            negative_prompt=negative,
            settings=order.settings,
            seed=choices.seed or 0,
        )
    write_picture(out, generated.image)
    stages = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in generated.timings.items())
    click.echo("; ".join((f"{width} x {height}: {stages}", *generated.degraded)), err=True)
    timings = {stage: round(seconds, 3) for stage, seconds in generated.timings.items()}
    click.echo(json.dumps({"picture": str(out), "timings": timings}) if as_json else str(out))
