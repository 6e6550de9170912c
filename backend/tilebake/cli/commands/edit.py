"""`tilebake edit`: a picture painted once more under other words, with its layout kept."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from tilebake.cli.commands.generate import SIZE, whole_latents
from tilebake.cli.edit_options import Wish, read_weights
from tilebake.cli.help_sections import SectionCommand
from tilebake.cli.options import Choices, choices
from tilebake.cli.setting_options import SETTINGS

if TYPE_CHECKING:
    from tilebake.level.edit.edit import Edit
    from tilebake.level.edit.rewrite import Prompts
    from tilebake.paint.pipeline import Pipeline
    from tilebake.paint.scene import Scene
    from tilebake.request import BakeRequest
    from tilebake.texture import Texture

DEFAULT_OUT: Final = Path("edited.png")
SHARE: Final = click.FloatRange(0, 1)
CHANGES: Final = ("swap", "refine", "weights")


@dataclass(frozen=True)
class Subject:
    """What is edited: a map, or a plain prompt."""

    name: str
    prompts: "Prompts"  # those that may be edited
    load: "Callable[[], tuple[Pipeline, Scene]]"
    request: "BakeRequest | None" = None  # of a map, with the edit that it may hold


@click.command(
    "edit", cls=SectionCommand, short_help="Paint a map once more under other words, with its layout kept."
)
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
    callback=read_weights,
    help="Let a word count more, less or against, from -5 to 5; may be repeated.",
)
@click.option("--threshold", type=SHARE, help="Reweight only where the word works at this share of its peak.")
@click.option("--average", is_flag=True, help="With --threshold: over the steps so far, not in each alone.")
@click.option(
    "--compress", type=click.FloatRange(0.01, 10), help="With --threshold: below 1 lifts the faint."
)
@click.option(
    "--echo/--no-echo",
    default=True,
    help="With --reweight: whether what other tokens were told of the word weighs as it does.",
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
@click.option("--save", is_flag=True, help="Keep the edit in the map, so that every later bake repeats it.")
@click.option("--forget", is_flag=True, help="Paint nothing: take the edit out of the map.")
@choices(*SETTINGS, out="The .png file to write; NAME.edit.png unless said.")
def command(
    *,
    map_path: Path | None,
    prompt: str | None,
    width: int,
    height: int,
    terrains: tuple[str, ...],
    base: bool,
    sheet: Path | None,
    save: bool,
    forget: bool,
    choices: Choices,
    **wish: Any,
) -> None:
    """Paint MAP once more under other words, and keep where everything is.

    Such as: tilebake edit maps/forest.json --terrain grass --replace "lush green" "dry yellow"

    An edited terrain changes within its own mask and a small margin; all other pixels stay as baked. An edit
    starts from the map's own prompts, also where the map holds an edit already.
    """
    if (map_path is None) == (prompt is None):
        raise click.UsageError("name a map, or give a plain --prompt")
    if map_path is None and (save or forget):
        raise click.UsageError("--save and --forget go with a map: it is what holds the edit")
    if map_path is not None and forget:
        if save or any(wish[name] for name in CHANGES):
            raise click.UsageError("--forget takes an edit out of the map, and makes none")
        _forget(map_path)
        return
    wished = Wish(**wish)
    if map_path is None:
        subject = _plain(prompt or "", (width, height), choices)
    else:
        subject = _map(map_path, terrains, choices, base=base)
    edit = wished.edit(subject.prompts)
    out = _out(map_path, choices)
    if map_path is None or not save:
        _paint(subject, edit, out, sheet)
    else:
        _paint_and_save(map_path, subject, edit, out, sheet)


def _out(map_path: Path | None, choices: Choices) -> Path:
    from tilebake.cli.output import picture_path
    from tilebake.level.map_names import map_stem

    otherwise = DEFAULT_OUT if map_path is None else Path(f"{map_stem(map_path)}.edit.png")
    return picture_path(choices.out, otherwise)


def _paint(subject: Subject, edit: "Edit", out: Path, sheet: Path | None) -> "Texture | None":
    """Paint the edit and write its picture, a map's with its record: its texture."""
    from tilebake.cli.engine import painting
    from tilebake.cli.output import write_picture
    from tilebake.paint.control.editing import edit_scene
    from tilebake.paint.report.attention_sheet import edit_sheet
    from tilebake.serve.bake.publish import publish
    from tilebake.serve.files.safe_folder import nearest_folder

    with painting(subject.name) as on_step:
        pipeline, scene = subject.load()
        edited = edit_scene(pipeline.components, scene, edit, on_step)
    texture = None
    if subject.request is None:
        write_picture(out, edited.image)
    else:
        request = replace(subject.request, tilemap=replace(subject.request.tilemap, edit=edit))
        texture = edited.texture(request)
        publish(texture, request, out, nearest_folder(out.parent))
    click.echo(str(out))
    if sheet is not None:
        write_picture(sheet, edit_sheet(edited, subject.prompts, edit, heading=subject.name))
        click.echo(str(sheet))
    return texture


def _paint_and_save(map_path: Path, subject: Subject, edit: "Edit", out: Path, sheet: Path | None) -> None:
    """The same, and then the edit is kept in the map, and the texture where the next bake finds it."""
    from tilebake.errors import BakeError
    from tilebake.serve.bake.save_edit import map_with_edit, save_edit
    from tilebake.serve.bake.texture_cache import user_cache

    map_with_edit(map_path, edit)  # what cannot be saved is told before it is painted
    texture = _paint(subject, edit, out, sheet)
    save_edit(map_path, edit)
    click.echo(f"saved in {map_path}: bakes of it repeat this edit", err=True)
    if texture is not None:
        try:
            user_cache().put(texture)
        except BakeError as error:
            click.echo(f"note: nothing is kept in the cache: {error}", err=True)


def _forget(map_path: Path) -> None:
    from tilebake.serve.bake.save_edit import forget_edit

    if forget_edit(map_path):
        click.echo(str(map_path))
    else:
        click.echo(f"{map_path} holds no edit", err=True)


def _map(map_path: Path, terrains: tuple[str, ...], choices: Choices, *, base: bool) -> Subject:
    """A map, with the prompts that are named, or all of them."""
    from tilebake.cli.engine import load_pipeline
    from tilebake.level.project import find_project
    from tilebake.level.tilemap import read_map
    from tilebake.serve.bake.plan import Planner

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

    if tilemap.edit is not None:
        click.echo(f"note: the edit that {map_path} holds does not count: this one starts anew", err=True)
    return Subject(tilemap.name, prompts, load, request)


def _plain(prompt: str, size: tuple[int, int], choices: Choices) -> Subject:
    from tilebake.cli.engine import load_pipeline
    from tilebake.level.project import find_project
    from tilebake.serve.bake.plan import Planner

    order = choices.order()
    project, planner = find_project(Path.cwd()), Planner(order)
    source, _ = planner.model(project)
    loras = planner.loras(project)

    def load() -> "tuple[Pipeline, Scene]":
        pipeline = load_pipeline(source, loras, choices.machine)
        return pipeline, pipeline.plain_scene(prompt, None, size, order.settings, choices.seed or 0)

    return Subject(prompt, {None: prompt}, load)
