"""`tilebake edit`: a picture painted once more under other words, with its layout kept."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from tilebake.cli.generate import SIZE, whole_latents
from tilebake.cli.options import BLENDING, SAMPLING, Choices, choices

if TYPE_CHECKING:
    from tilebake.level.edits import Edit, Rewrite
    from tilebake.level.rewriting import Prompts
    from tilebake.paint.painting import Scene
    from tilebake.paint.pipeline import Pipeline

DEFAULT_OUT: Final = Path("edited.png")
SHARE: Final = click.FloatRange(0, 1)


@dataclass(frozen=True)
class Wish:
    """What the options say is to change. Raises click.UsageError when they do not go together."""

    swap: tuple[str, str] | None
    refine: str | None
    weights: dict[str, float]
    threshold: float | None
    average: bool
    compress: float | None
    cross_replace: float
    self_replace: float
    source_steps: float
    local_blend: str | None

    def __post_init__(self) -> None:
        if self.swap is not None and self.refine is not None:
            raise click.UsageError("--replace and --refine are two ways to write one prompt; take one")
        if self.swap is None and self.refine is None and not self.weights:
            raise click.UsageError("say what to change: --replace, --refine or --reweight")
        if self.threshold is None and (self.average or self.compress is not None):
            raise click.UsageError("--average and --compress go with --threshold")
        if self.threshold is not None and not self.weights:
            raise click.UsageError("--threshold goes with --reweight")

    def edit(self, prompts: "Prompts") -> "Edit":
        """The same as an edit of these prompts. Raises PromptError."""
        from tilebake.level.edits import Edit, LocalBlend
        from tilebake.level.rewriting import having, refined, replaced, weighed

        if self.swap is not None:
            targets = replaced(prompts, *self.swap)
        elif self.refine is not None:
            targets = refined(prompts, self.refine)
        else:
            targets = having(prompts, self.weights)
        weights = weighed(targets, self.weights)
        words = tuple(word.strip() for word in (self.local_blend or "").split(","))
        return Edit(
            {place: self._rewrite(text, weights[place]) for place, text in targets.items()},
            self.self_replace,
            LocalBlend(words) if self.local_blend else None,
            self.source_steps,
        )

    def _rewrite(self, prompt: str, weights: "Mapping[str, float]") -> "Rewrite":
        from tilebake.level.edits import Refine, Replace, Reweight, Rewrite, Threshold

        control = Refine if self.swap is None else Replace
        within = (
            None
            if self.threshold is None
            else Threshold(self.threshold, self.average, gamma=self.compress or 1.0)
        )
        return Rewrite(prompt, control(self.cross_replace), Reweight(weights, within) if weights else None)


@dataclass(frozen=True)
class Subject:
    """What is edited: a map, or a plain prompt."""

    name: str
    prompts: "Prompts"  # those that may be edited
    load: "Callable[[], tuple[Pipeline, Scene]]"


def _read_weights(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, float]:
    """WORD=WEIGHT, as often as it is given."""
    weights: dict[str, float] = {}
    for value in values:
        word, _, number = value.rpartition("=")
        try:
            weights[word.strip()] = float(number)
        except ValueError:
            raise click.BadParameter(f"{value!r} is not WORD=WEIGHT, such as mossy=3") from None
        if not word.strip() or not math.isfinite(weights[word.strip()]):
            raise click.BadParameter(f"{value!r} is not WORD=WEIGHT, such as mossy=3")
    return weights


@click.command("edit", short_help="Paint a map once more under other words, with its layout kept.")
@click.argument("map_path", metavar="[MAP]", required=False, type=click.Path(path_type=Path))
@click.option("--prompt", metavar="PROMPT", help="Instead of a map: a plain prompt.")
@click.option("--width", type=SIZE, callback=whole_latents, default=512, help="Of a plain prompt's picture.")
@click.option("--height", type=SIZE, callback=whole_latents, default=512, help="Of a plain prompt's picture.")
@click.option(
    "--terrain", "terrains", multiple=True, metavar="NAME", help="Edit this terrain; may be repeated."
)
@click.option("--base", is_flag=True, help="Edit the base prompt. Without both, every prompt with the words.")
@click.option("--replace", "swap", nargs=2, metavar="OLD NEW", help="Swap words for others.")
@click.option("--refine", metavar="PROMPT", help="The prompt once more, with words added.")
@click.option(
    "--reweight",
    "weights",
    multiple=True,
    metavar="WORD=WEIGHT",
    callback=_read_weights,
    help="Let a word count more, less or against, from -5 to 5; may be repeated.",
)
@click.option("--threshold", type=SHARE, help="Reweight only where the word works at this share of its peak.")
@click.option("--average", is_flag=True, help="With --threshold: over the steps so far, not in each alone.")
@click.option(
    "--compress", type=click.FloatRange(0.01, 10), help="With --threshold: below 1 lifts the faint."
)
@click.option(
    "--cross-replace",
    type=SHARE,
    default=0.8,
    show_default=True,
    help="Share of the steps in which words keep their places.",
)
@click.option(
    "--self-replace",
    type=SHARE,
    default=0.4,
    show_default=True,
    help="Share of the steps in which the layout is kept.",
)
@click.option(
    "--source-steps",
    type=SHARE,
    default=0.2,
    show_default=True,
    help="Share of the steps after which the edit begins: more keeps more, and changes less.",
)
@click.option("--local-blend", metavar="WORD,...", help="Change the picture only where these words work.")
@click.option(
    "--sheet", type=click.Path(path_type=Path), help="A .png file for before and after side by side."
)
@choices(*SAMPLING, *BLENDING, out="The .png file to write; NAME.edit.png unless said.")
def command(
    *,
    map_path: Path | None,
    prompt: str | None,
    width: int,
    height: int,
    terrains: tuple[str, ...],
    base: bool,
    sheet: Path | None,
    choices: Choices,
    **wish: Any,
) -> None:
    """Paint MAP once more under other words, and keep where everything is.

    Such as: tilebake edit maps/forest.json --terrain grass --replace "lush green" "dry yellow"

    An edited terrain changes within its own mask and a small margin; all other pixels stay as baked.
    """
    wished = Wish(**wish)
    if (map_path is None) == (prompt is None):
        raise click.UsageError("name a map, or give a plain --prompt")
    from tilebake.cli.output import picture_path, write_picture
    from tilebake.cli.painter import painting
    from tilebake.level.tilemap import map_stem
    from tilebake.paint.control.editing import edit_scene
    from tilebake.paint.control.sheets import edit_sheet

    otherwise = DEFAULT_OUT if map_path is None else Path(f"{map_stem(map_path)}.edit.png")
    out = picture_path(choices.out, otherwise)
    subject = (
        _plain(prompt or "", (width, height), choices)
        if map_path is None
        else _map(map_path, terrains, choices, base=base)
    )
    edit = wished.edit(subject.prompts)
    with painting(subject.name) as on_step:
        pipeline, scene = subject.load()
        edited = edit_scene(pipeline.components, scene, edit, on_step)
    write_picture(out, edited.target)
    click.echo(str(out))
    if sheet is not None:
        write_picture(sheet, edit_sheet(edited, subject.prompts, edit, heading=subject.name))
        click.echo(str(sheet))


def _map(map_path: Path, terrains: tuple[str, ...], choices: Choices, *, base: bool) -> Subject:
    """A map, with the prompts that are named, or all of them."""
    from tilebake.cli.painter import load_pipeline
    from tilebake.level.project import find_project
    from tilebake.level.tilemap import read_map
    from tilebake.serve.plan import Planner

    project = find_project(map_path)
    tilemap = read_map(map_path, project)
    request, source = Planner(choices.order()).request(tilemap, project)
    named = [tilemap.terrains[tilemap.index_of(name)] for name in terrains]
    prompts: dict[str | None, str] = {}
    if base or not terrains:
        prompts[None] = tilemap.base_prompt
    if terrains or not base:
        prompts |= {terrain.name: terrain.prompt for terrain in named or tilemap.terrains}

    def load() -> "tuple[Pipeline, Scene]":
        pipeline = load_pipeline(source, request.loras, choices.machine)
        return pipeline, pipeline.scene(request)

    return Subject(tilemap.name, prompts, load)


def _plain(prompt: str, size: tuple[int, int], choices: Choices) -> Subject:
    from tilebake.cli.painter import load_pipeline
    from tilebake.level.project import find_project
    from tilebake.serve.plan import Planner

    order = choices.order()
    project, planner = find_project(Path.cwd()), Planner(order)
    source, _ = planner.model(project)
    loras = planner.loras(project)

    def load() -> "tuple[Pipeline, Scene]":
        from tilebake.paint.pipeline import plain_scene

        pipeline, settings = load_pipeline(source, loras, choices.machine), order.settings
        scales = settings.guidance_scale, settings.guidance_scale_low
        sampling = pipeline.sampling(settings.steps, scales, settings.scheduler, choices.seed or 0)
        return pipeline, plain_scene(prompt, None, size, sampling)

    return Subject(prompt, {None: prompt}, load)
