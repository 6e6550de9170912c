"""Write a choice of seed, settings and added files into a map's file, so that every later bake paints it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

from tilebake.errors import Location, MapError
from tilebake.level.containment import is_within
from tilebake.level.edit.embedding_names import spell_embedding
from tilebake.level.project import find_project
from tilebake.level.settings import PRESETS, SettingsOverride
from tilebake.level.source.encoding import decode, read_bytes
from tilebake.level.source.json_edit import with_inner_member, with_member, without_inner_member
from tilebake.level.source.json_text import JsonText
from tilebake.level.terrain import LoraRef
from tilebake.level.tilemap import parse_map
from tilebake.request import SETTINGS_OF_MODEL
from tilebake.serve.bake.plan import BakeOptions, decide_for
from tilebake.serve.bake.rewrite_map import encode_as, refuse_other_editors, rewrite_map

_SETTINGS: Final = "settings"


def save_choice(map_path: Path, choice: BakeOptions) -> bool:
    """Write seed, settings, LoRAs and textual inversions into a map's file where they differ.

    Whatever else it holds stays. False if nothing differs. Raises MapError for a map that has mistakes or a
    file outside of the project, and BakeError when the disk refuses.
    """
    return rewrite_map(map_path, lambda data: _with_choice(map_path, data, choice))


def check_choice(map_path: Path, choice: BakeOptions) -> None:
    """Raise what `save_choice` would, and write nothing."""
    refuse_other_editors(map_path)
    _with_choice(map_path, read_bytes(map_path, MapError), choice)


def _with_choice(map_path: Path, data: bytes, choice: BakeOptions) -> bytes | None:
    project = find_project(map_path)
    text = decode(data, map_path, MapError)
    content = cast("dict[str, Any]", JsonText(text, map_path).parse())
    tilemap = parse_map(text, path=map_path, project=project)
    changed = text
    if choice.seed is not None and choice.seed != tilemap.seed:
        changed = with_member(changed, "seed", choice.seed)
    chosen, before = (decide_for(tilemap, project, each).settings for each in (choice, BakeOptions()))
    if chosen != before:
        changed = _with_settings(changed, choice.settings, project.root)
    if choice.loras is not None:
        forms = [_lora_form(lora, project.root) for lora in choice.loras]
        changed = with_member(changed, "loras", forms)
    named = {each.name: _name_in(project.root, each.path, "textual inversion") for each in choice.embeddings}
    if not named.items() <= dict(tilemap.embeddings).items():
        own: Mapping[str, str] = content.get("embeddings", {})
        kept = {name: path for name, path in own.items() if spell_embedding(name) not in named}
        changed = with_member(changed, "embeddings", {**kept, **named})
    parse_map(changed, path=map_path, project=project)
    return None if changed == text else encode_as(changed, data)


def _with_settings(text: str, settings: SettingsOverride, root: Path) -> str:
    """Return a map's text with these settings; those beside a preset that it stands for are taken out."""
    written: dict[str, Any] = settings.model_dump(mode="json", include=settings.model_fields_set)
    for name in PRESETS[settings.preset] if settings.preset else ():
        if name not in written:
            text = without_inner_member(text, _SETTINGS, name)
    for name in SETTINGS_OF_MODEL & written.keys():
        if written[name] is not None:
            written[name] = _name_in(root, written[name], "file")
    for name, value in written.items():
        text = with_inner_member(text, _SETTINGS, name, value)
    return text


def _lora_form(lora: LoraRef, root: Path) -> dict[str, Any]:
    """Return a LoRA as a map writes it. Raises MapError."""
    return {"path": _name_in(root, lora.path, "LoRA"), "weight": lora.weight}


def _name_in(root: Path, name: str, kind: str) -> str:
    """Return the name of a file as a map writes it, relative to the project. Raises MapError."""
    path = Path(name).absolute()
    if not is_within(path, root):
        hint = f"put it below {root}"
        raise MapError(f"a map can name no {kind} outside of its project", where=Location(path), hint=hint)
    return path.resolve().relative_to(root.resolve()).as_posix()
