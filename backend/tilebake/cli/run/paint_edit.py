"""Paint edits beside their source, and write the pictures. Importing this module imports torch.

Several edits of one source paint it once.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from tilebake.cli.engine import load_pipeline
from tilebake.cli.options import Choices
from tilebake.cli.output import EditPlaces, write_picture
from tilebake.cli.planning import MapTarget, PromptTarget
from tilebake.cli.terminal.painting import Painting, painting
from tilebake.cli.terminal.printing import print_path, tell_note
from tilebake.level.edit.edit import Edit
from tilebake.level.edit.rewrite import Prompts
from tilebake.paint.control.editing import EditedFrom, edit_scene
from tilebake.paint.control.kept_source.store import SourceSlot, SourceStore
from tilebake.paint.report.attention_sheet import edit_sheet, trial_sheet
from tilebake.paint.scene import Painted
from tilebake.request import OnStep
from tilebake.serve.bake.publish import publish
from tilebake.serve.files.safe_folder import nearest_folder
from tilebake.texture import Texture

Edits = Mapping[str, Edit]
"""By what sets each apart from the others; a single one needs no title."""
PaintEdit = Callable[[Edit, OnStep], Painted[EditedFrom]]


def paint_map_edits(target: MapTarget, edits: Edits, choices: Choices, places: EditPlaces) -> list[Texture]:
    """Paint edits of a map, and write each texture with its record, and the sheet. Return the textures."""
    textures: list[Texture] = []
    done: list[Painted[EditedFrom]] = []
    with painting() as work:
        work.shown.start(target.name, 1, len(edits))
        with work.loading():
            store = SourceStore() if len(edits) > 1 else None
            pipeline = load_pipeline(target.source, target.request.loras, choices.machine, sources=store)
        paint = partial(pipeline.edit, target.request)
        for out, edit, edited in _paint(edits, target.name, paint, places, work):
            request = replace(target.request, tilemap=replace(target.request.tilemap, edit=edit))
            textures.append(edited.texture(request))
            done.append(edited)
            is_typed = choices.out is not None  # then it may be in a foreign picture's place
            publish(textures[-1], request, out, nearest_folder(out.parent), replaces_foreign=is_typed)
            work.shown.say(partial(_tell, out, edited))
    _write_sheet(places, edits, done, target.prompts, target.name)
    return textures


def paint_prompt_edits(target: PromptTarget, edits: Edits, choices: Choices, places: EditPlaces) -> None:
    """Paint edits of a plain prompt, and write the pictures and the sheet."""
    model, done = target.model, list[Painted[EditedFrom]]()
    with painting() as work:
        work.shown.start(target.prompt, 1, len(edits))
        with work.loading():
            pipeline = load_pipeline(model.source, model.loras, choices.machine)
        scene = pipeline.plain_scene(
            target.prompt, target.negative, target.size, model.settings, choices.seed or 0
        )
        slot = SourceSlot(SourceStore(), target.prompt) if len(edits) > 1 else None
        paint = partial(edit_scene, pipeline.components, scene, slot=slot)
        for out, _, edited in _paint(edits, target.prompt, paint, places, work):
            done.append(edited)
            write_picture(out, edited.image)
            work.shown.say(partial(_tell, out, edited))
    _write_sheet(places, edits, done, {None: target.prompt}, target.prompt)


def _paint(
    edits: Edits, name: str, paint: PaintEdit, places: EditPlaces, work: Painting
) -> Iterator[tuple[Path, Edit, Painted[EditedFrom]]]:
    """Paint the edits one after another, and yield each with the place of its picture."""
    for number, (out, edit) in enumerate(zip(places.pictures(len(edits)), edits.values(), strict=True)):
        if number:
            work.shown.start(name, 1 + number, len(edits))
        yield out, edit, paint(edit, work.on_step)


def _tell(out: Path, edited: Painted[EditedFrom]) -> None:
    print_path(out)
    if edited.notes:
        tell_note(edited.notes)


def _write_sheet(
    places: EditPlaces, edits: Edits, done: list[Painted[EditedFrom]], prompts: Prompts, heading: str
) -> None:
    """Write the sheet of several edits; that of a single one where it was asked for."""
    if len(done) > 1:
        sheet, image = places.sheet_of_several, trial_sheet([*edits], done, heading=heading)
    elif places.sheet is not None:
        (edit,) = edits.values()
        sheet, image = places.sheet, edit_sheet(done[0], prompts, edit, heading=heading)
    else:
        return
    write_picture(sheet, image)
    print_path(sheet)
