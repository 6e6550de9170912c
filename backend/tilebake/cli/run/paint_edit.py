"""Paint an edit beside its source, and write the picture. Importing this module imports torch."""

from dataclasses import replace
from pathlib import Path

from tilebake.cli.engine import load_pipeline
from tilebake.cli.options import Choices
from tilebake.cli.output import write_picture
from tilebake.cli.planning import MapTarget, PromptTarget
from tilebake.cli.terminal.painting import painting_one
from tilebake.cli.terminal.printing import print_path, tell_note
from tilebake.level.edit.edit import Edit
from tilebake.level.edit.rewrite import Prompts
from tilebake.paint.control.editing import EditedFrom, edit_scene
from tilebake.paint.report.attention_sheet import edit_sheet
from tilebake.paint.scene import Painted
from tilebake.serve.bake.publish import publish
from tilebake.serve.files.safe_folder import nearest_folder
from tilebake.texture import Texture


def paint_map_edit(target: MapTarget, edit: Edit, choices: Choices, out: Path, sheet: Path | None) -> Texture:
    """Paint a map's edit and write its texture with the record. Return the texture."""
    request = target.request
    with painting_one(target.name) as work:
        with work.loading():
            pipeline = load_pipeline(target.source, request.loras, choices.machine)
        edited = edit_scene(pipeline.components, pipeline.scene(request), edit, work.on_step)
    request = replace(request, tilemap=replace(request.tilemap, edit=edit))
    texture = edited.texture(request)
    root = nearest_folder(out.parent)
    publish(texture, request, out, root, replaces_foreign=choices.out is not None)  # whose place was typed
    print_path(out)
    if edited.notes:
        tell_note(edited.notes)
    _write_sheet(sheet, edited, edit, target.prompts, target.name)
    return texture


def paint_prompt_edit(
    target: PromptTarget, edit: Edit, choices: Choices, out: Path, sheet: Path | None
) -> None:
    """Paint the edit of a plain prompt and write its picture."""
    model = target.model
    with painting_one(target.prompt) as work:
        with work.loading():
            pipeline = load_pipeline(model.source, model.loras, choices.machine)
        scene = pipeline.plain_scene(
            target.prompt, target.negative, target.size, model.settings, choices.seed or 0
        )
        edited = edit_scene(pipeline.components, scene, edit, work.on_step)
    write_picture(out, edited.image)
    print_path(out)
    if edited.notes:
        tell_note(edited.notes)
    _write_sheet(sheet, edited, edit, {None: target.prompt}, target.prompt)


def _write_sheet(
    sheet: Path | None, edited: Painted[EditedFrom], edit: Edit, prompts: Prompts, heading: str
) -> None:
    if sheet is not None:
        write_picture(sheet, edit_sheet(edited, prompts, edit, heading=heading))
        print_path(sheet)
