"""Run `tilebake edit`: find what is to be edited, paint the edit, and keep it in the map if asked to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from tilebake.cli.edit_options import EditOptions, TitledOptions
from tilebake.cli.options import Choices
from tilebake.cli.output import EditPlaces, picture_of_map, picture_path
from tilebake.cli.planning import (
    MapTarget,
    MapToPaint,
    PromptTarget,
    plain_embeddings,
    plan_plain,
    read_and_plan,
    read_plain,
)
from tilebake.cli.terminal.printing import print_notes, print_path, say, say_loading, tell_note
from tilebake.errors import BakeError, Location, MapError, shown
from tilebake.level.art.fit import ART, refuse_unfit_pictures
from tilebake.level.edit.edit import (
    CrossReplaceSteps,
    Edit,
    LocalBlend,
    Refine,
    Replace,
    Reweight,
    Rewrite,
    Threshold,
)
from tilebake.level.edit.edit_file import NAME_ART, NO_ART
from tilebake.level.edit.embedding_names import take_tags
from tilebake.level.edit.prompt_spelling import foreign_tags
from tilebake.level.edit.prompt_words import plain_text
from tilebake.level.edit.rewrite import Prompts, replace_phrase, replace_prompt, select_prompts, weigh_words
from tilebake.level.terrain import EmbeddingRef
from tilebake.paint import importing_libraries
from tilebake.serve.bake.save_edit import forget_edit, map_with_edit, save_edit
from tilebake.serve.bake.texture_cache import user_cache
from tilebake.serve.files.safe_folder import nearest_folder
from tilebake.serve.owners.closed_places import refuse_closed_folder, refuse_closed_place

DEFAULT_OUT: Final = Path("edited.png")
_OWN_EDIT: Final = "$.edit"


@dataclass(frozen=True)
class EditablePrompts:
    """Name the prompts of a map that may be edited; without any name, all of them."""

    terrains: tuple[str, ...]
    base: bool


class PlainPrompts(NamedTuple):
    """Hold the prompt of a picture without a map, and what it must not show."""

    positive: str
    negative: str | None


def run_edit_prompt(
    prompts: PlainPrompts,
    size: tuple[int, int],
    trials: Sequence[TitledOptions],
    choices: Choices,
    sheet: Path | None,
    *,
    is_fast: bool,
) -> None:
    """Edit a plain prompt, once or in several ways. `size` is width and height in pixels."""
    embeddings = plain_embeddings(choices)
    positive, negative = (read_plain(each or "", embeddings) for each in prompts)
    edits = {each.title: edit_of(each.options, {None: positive}, embeddings) for each in trials}
    for rewrite in (rewrite for edit in edits.values() for rewrite in edit.rewrites.values()):
        read_plain(rewrite.prompt, embeddings)
    target = PromptTarget(positive, negative or None, size, plan_plain(choices, is_fast=is_fast))
    places = EditPlaces(picture_path(choices.out, DEFAULT_OUT), sheet)
    _refuse_closed_folders(sheet)
    say_loading(target.model.source.reference)
    with importing_libraries():
        from tilebake.cli.run.paint_edit import paint_prompt_edits  # torch: only once all options are right

    paint_prompt_edits(target, edits, choices, places)


def run_edit_map(
    map_path: Path,
    editable: EditablePrompts,
    trials: Sequence[TitledOptions],
    choices: Choices,
    sheet: Path | None,
    *,
    save: bool,
    is_fast: bool,
) -> None:
    """Edit a map, once or in several ways; with `save`, keep the edit in the map file once it is painted."""
    planned = read_and_plan(map_path, choices, is_fast=is_fast)
    target = _map_target(planned, map_path, editable)
    embeddings = planned.tilemap.embeddings
    edits = {each.title: edit_of(each.options, target.prompts, embeddings) for each in trials}
    edit = next(iter(edits.values()))
    if edit.source == "art":
        planned = _with_art_to_edit(planned, edit)
    places = EditPlaces(picture_of_map(choices.out, map_path, "edit"), sheet)
    for out in places.pictures(len(edits)):
        refuse_closed_place(out, nearest_folder(out.parent))
    _refuse_closed_folders(sheet, map_path.resolve() if save else None)
    if save:
        map_with_edit(map_path, edit)  # an edit that cannot be saved is refused before it is painted
    _tell_notes(planned, edit)
    say_loading(target.source.reference)
    with importing_libraries():
        from tilebake.cli.run.paint_edit import paint_map_edits  # torch: only once all options are right

    (texture, *_) = paint_map_edits(target, edits, choices, places)
    if save:
        save_edit(map_path, edit)
        say(f"saved in {shown(map_path)}: bakes of it repeat this edit")
        try:
            user_cache().put(texture)  # where the next bake finds it
        except BakeError as error:
            tell_note(f"nothing is kept in the cache: {error}")


def run_forget(map_path: Path) -> None:
    """Remove the edit from a map file."""
    if forget_edit(map_path):
        print_path(map_path)
    else:
        say(f"{shown(map_path)} holds no edit")


def edit_of(options: EditOptions, prompts: Prompts, embeddings: Iterable[EmbeddingRef] = ()) -> Edit:
    """Make the edit of these prompts; new ones may name `embeddings` by ComfyUI's tag. Raises PromptError."""
    if options.swap is not None:
        targets = replace_phrase(prompts, *options.swap)
    elif options.refine is not None:
        targets = replace_prompt(prompts, options.refine)
    else:
        targets = select_prompts(prompts, options.weights)
    known = {each.name for each in embeddings}
    targets = {name: take_tags(text, known) for name, text in targets.items()}
    weights = weigh_words(targets, options.weights)
    return Edit(
        {name: _rewrite(options, text, weights[name]) for name, text in targets.items()},
        options.self_replace,
        _local_blend(options),
        options.source_steps,
        options.source,
    )


def _local_blend(options: EditOptions) -> LocalBlend | None:
    if not (options.local_blend or options.local_blend_subtract):
        return None
    above, start = options.local_blend_threshold, options.local_blend_start
    return LocalBlend(
        options.local_blend,
        LocalBlend.threshold if above is None else replace(LocalBlend.threshold, above=above),
        LocalBlend.start if start is None else start,
        options.local_blend_subtract,
    )


def _rewrite(options: EditOptions, prompt: str, weights: Mapping[str, float]) -> Rewrite:
    control = Refine if options.swap is None else Replace
    within = (
        None
        if options.threshold is None
        else Threshold(options.threshold, options.average, gamma=options.compress or 1.0)
    )
    reweight = Reweight(weights, within, echo=options.echo) if weights else None
    words = options.cross_replace_words
    steps = CrossReplaceSteps(options.cross_replace, words) if words else options.cross_replace
    return Rewrite(prompt, control(steps), reweight)


def _refuse_closed_folders(*files: Path | None) -> None:
    """Raise BakeError for a file, of those that are asked for, that cannot be made: before it is painted."""
    for file in files:
        if file is not None:
            refuse_closed_folder(file)


def _tell_notes(planned: MapToPaint, edit: Edit) -> None:
    """Tell what is to be known of the map and of words that the edit brings in, not of the file's edit."""
    print_notes(
        note for note in planned.tilemap.notes if not (note.where.json_path or "").startswith(_OWN_EDIT)
    )
    for rewrite in edit.rewrites.values():
        for tag in foreign_tags(rewrite.prompt):
            tell_note(f"the edit: {tag}")
    sources = {terrain.name: terrain.prompt for terrain in planned.tilemap.terrains}
    if planned.advise is None:
        return
    advise = partial(planned.advise, is_negative=False)
    for name, rewrite in edit.rewrites.items():
        if name is not None:
            told = [*advise(plain_text(sources[name]))]
            notes = [note for note in advise(plain_text(rewrite.prompt)) if note not in told]
            print_notes(replace(note, what=f"edit of terrain {name!r}: {note.what}") for note in notes)


def _with_art_to_edit(planned: MapToPaint, edit: Edit) -> MapToPaint:
    """Return a map whose art is edited, without the note that this changes nothing. Raises MapError."""
    tilemap = planned.tilemap
    if tilemap.art is None:
        raise MapError(NO_ART, where=Location(tilemap.path), hint=NAME_ART)
    refuse_unfit_pictures(replace(tilemap, edit=edit), planned.request.settings)
    notes = tuple(note for note in tilemap.notes if note.where.json_path != f"$.{ART}")
    return planned._replace(tilemap=replace(tilemap, notes=notes))


def _map_target(planned: MapToPaint, map_path: Path, editable: EditablePrompts) -> MapTarget:
    tilemap = planned.tilemap
    named = [tilemap.terrains[tilemap.index_of(name)] for name in editable.terrains]
    prompts: dict[str | None, str] = {}
    if editable.base or not named:
        prompts[None] = tilemap.base_prompt
    if named or not editable.base:
        prompts |= {terrain.name: terrain.prompt for terrain in named or tilemap.terrains}
    if tilemap.edit is not None:
        tell_note(f"this edit replaces the one that {shown(map_path)} holds")
    return MapTarget(tilemap.name, prompts, planned.request, planned.source)
