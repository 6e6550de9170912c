"""Declare `tilebake edit`: paint a map or a prompt again with other words, and keep its layout."""

from pathlib import Path
from typing import Any, Final, get_args

import click

from tilebake.cli.edit_options import combine_weights, parse_weights, parse_word_steps, parse_words
from tilebake.cli.help_sections import SectionCommand, SectionOption
from tilebake.cli.options import Choices, choices, fast_option, size_options
from tilebake.cli.setting_options import SETTINGS
from tilebake.level.edit.edit import Source

SHARE: Final = click.FloatRange(0, 1)


def _edit_option(*flags: str, **options: Any) -> Any:
    return click.option(*flags, cls=SectionOption, section="What to change", **options)


def _strength_option(*flags: str, **options: Any) -> Any:
    return click.option(*flags, cls=SectionOption, section="How much may change", **options)


@click.command(
    "edit", cls=SectionCommand, short_help="Paint a map again with other words, and keep its layout."
)
@click.argument("map_path", metavar="[MAP]", required=False, type=click.Path(path_type=Path, readable=False))
@click.option("--prompt", metavar="PROMPT", help="Edit this plain prompt instead of a map.")
@click.option("--negative", metavar="PROMPT", help="With --prompt: what the picture must not show.")
@size_options
@click.option("--sheet", type=click.Path(path_type=Path), help="Also write before and after side by side.")
@click.option(
    "--source",
    type=click.Choice(get_args(Source)),
    default="painting",
    show_default=True,
    help='What to edit: the map\'s own painting, or the picture that its "art" names.',
)
@click.option("--save", is_flag=True, help="Keep the edit in the map file: every later bake paints it.")
@click.option("--forget", is_flag=True, help="Paint nothing. Remove the edit from the map file.")
@fast_option
@_edit_option(
    "--terrain",
    "terrains",
    multiple=True,
    metavar="NAME",
    help="Edit this terrain. May be repeated.",
)
@_edit_option(
    "--base",
    is_flag=True,
    help="Edit the base prompt. Without --terrain and --base, every prompt that holds the words is edited.",
)
@_edit_option("--replace", "swap", nargs=2, metavar="OLD NEW", help="Replace words with others.")
@_edit_option("--refine", metavar="PROMPT", help="Use this prompt: the old one with words added.")
@_edit_option(
    "--reweight",
    "weights",
    multiple=True,
    metavar="WORD=WEIGHT,...",
    callback=parse_weights,
    help="Weigh a word from -5 to 5: 1 changes nothing, 1.5 is more, 3 is much, 0 is none. With several "
    "weights each is painted, and all are shown on a sheet. May be repeated.",
)
@_edit_option(
    "--threshold",
    type=SHARE,
    metavar="SHARE",
    help="Reweight only where the attention to the word reaches this share of its peak.",
)
@_edit_option("--average", is_flag=True, help="With --threshold: use the mean attention of all steps so far.")
@_edit_option(
    "--compress",
    type=click.FloatRange(0.01, 10),
    metavar="GAMMA",
    help="With --threshold: raise the attention to this power first; below 1 lifts faint attention.",
)
@_edit_option(
    "--echo/--no-echo",
    default=True,
    help="With --reweight: also weigh what the text encoder passed on of the word to later tokens. On by "
    "default.",
)
@_strength_option(
    "--cross-replace",
    type=SHARE,
    metavar="SHARE",
    default=0.8,
    show_default=True,
    help="Share of the steps in which words keep their places.",
)
@_strength_option(
    "--cross-replace-word",
    "cross_replace_words",
    multiple=True,
    metavar="WORD=SHARE",
    callback=parse_word_steps,
    help="The same for a single word of the new prompt: a share, or FROM:TO, such as mossy=0.2:0.6. May be "
    "repeated.",
)
@_strength_option(
    "--self-replace",
    type=SHARE,
    metavar="SHARE",
    default=0.4,
    show_default=True,
    help="Share of the steps in which the layout is kept.",
)
@_strength_option(
    "--source-steps",
    type=SHARE,
    metavar="SHARE",
    default=0.2,
    show_default=True,
    help="Share of the steps after which the edit begins. Higher keeps more and changes less.",
)
@_strength_option(
    "--local-blend",
    metavar="WORD,...",
    callback=parse_words,
    help="Change the picture only where these words are attended to.",
)
@_strength_option(
    "--local-blend-subtract",
    metavar="WORD,...",
    callback=parse_words,
    help="Keep the picture where these words are attended to.",
)
@_strength_option(
    "--local-blend-threshold",
    type=SHARE,
    metavar="SHARE",
    help="With --local-blend: a word counts where the attention to it reaches this share of its peak.  "
    "[default: 0.3]",
)
@_strength_option(
    "--local-blend-start",
    type=SHARE,
    metavar="SHARE",
    help="With --local-blend: share of the steps before it begins.  [default: 0.2]",
)
@choices(*SETTINGS, out="The .png file to write. [default: NAME.edit.png beside the texture]")
def command(
    *,
    map_path: Path | None,
    prompt: str | None,
    negative: str | None,
    width: int,
    height: int,
    terrains: tuple[str, ...],
    base: bool,
    sheet: Path | None,
    save: bool,
    forget: bool,
    fast: bool,
    choices: Choices,
    weights: dict[str, tuple[float, ...]],
    **changes: Any,
) -> None:
    """Paint MAP again with other words, and keep everything where it is.

    For example: tilebake edit maps/forest.json --terrain grass --replace "lush green" "dry yellow"

    An edited terrain changes within its own mask and a small margin. All other pixels stay as baked. An edit
    always starts from the map's own prompts, even if the map file holds an edit already.
    """
    if (map_path is None) == (prompt is None):
        raise click.UsageError("give a map, or a plain prompt with --prompt")
    if map_path is not None and negative is not None:
        raise click.UsageError("--negative needs --prompt: a map says itself what it must not show")
    if map_path is None and (save or forget):
        raise click.UsageError("--save and --forget need a map, which is where an edit is kept")
    trials = combine_weights(weights, **changes)
    options = trials[0].options
    if forget and (save or not options.is_empty):
        raise click.UsageError("--forget removes an edit, so it takes no change and no --save")
    from tilebake.cli.run import edit

    if map_path is not None and forget:
        edit.run_forget(map_path)
        return
    options.check()
    if map_path is None and options.source == "art":
        raise click.UsageError("--source art needs a map, which names its art")
    if save and len(trials) > 1:
        raise click.UsageError("--save keeps one edit: give each word one weight")
    if map_path is None:
        plain = edit.PlainPrompts(prompt or "", negative)
        edit.run_edit_prompt(plain, (width, height), trials, choices, sheet, is_fast=fast)
    else:
        editable = edit.EditablePrompts(terrains, base)
        edit.run_edit_map(map_path, editable, trials, choices, sheet, save=save, is_fast=fast)
