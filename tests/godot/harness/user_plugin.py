"""Add a second plugin beside the addon's, which plays the addon's user in a real editor."""

import shutil
from pathlib import Path
from typing import Final

from tests.godot.harness.engine import SCRIPTS

_CONFIG: Final = '[plugin]\nname="User"\ndescription=""\nauthor=""\nversion="1"\nscript="{}"\n'
_ENABLED: Final = 'PackedStringArray("res://addons/tilebake/plugin.cfg"'


def add_user(project: Path, script: str) -> None:
    """Have one of the scripts in gd/ use the addon as soon as an editor opens an imported project."""
    folder = project / "addons/user"
    shutil.copytree(SCRIPTS, folder)
    (folder / "plugin.cfg").write_text(_CONFIG.format(script), encoding="utf-8")
    settings = (project / "project.godot").read_text(encoding="utf-8")
    assert _ENABLED in settings
    enabled = settings.replace(_ENABLED, f'{_ENABLED}, "res://addons/user/plugin.cfg"')
    (project / "project.godot").write_text(enabled, encoding="utf-8")


def remove_user(project: Path) -> None:
    """Take the second plugin away again."""
    shutil.rmtree(project / "addons/user")
    settings = (project / "project.godot").read_text(encoding="utf-8")
    plain = settings.replace(', "res://addons/user/plugin.cfg"', "")
    (project / "project.godot").write_text(plain, encoding="utf-8")
