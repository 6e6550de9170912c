"""A second plugin beside the addon's, which plays the addon's user in a real editor; no test itself."""

from pathlib import Path
from typing import Final

from tests.godot.harness.engine import SCRIPTS

_CONFIG: Final = '[plugin]\nname="User"\ndescription=""\nauthor=""\nversion="1"\nscript="plugin.gd"\n'
_ENABLED: Final = 'PackedStringArray("res://addons/tilebake/plugin.cfg"'


def add_user(project: Path, script: str, *helpers: str) -> None:
    """Have one of the scripts in gd/ use the addon as soon as an editor opens an imported project.

    The helpers are scripts of gd/ that it loads.
    """
    folder = project / "addons/user"
    folder.mkdir(parents=True)
    (folder / "plugin.cfg").write_text(_CONFIG, encoding="utf-8")
    for name, source in {"plugin.gd": script, **{helper: helper for helper in helpers}}.items():
        (folder / name).write_text((SCRIPTS / source).read_text(encoding="utf-8"), encoding="utf-8")
    settings = (project / "project.godot").read_text(encoding="utf-8")
    assert _ENABLED in settings
    enabled = settings.replace(_ENABLED, f'{_ENABLED}, "res://addons/user/plugin.cfg"')
    (project / "project.godot").write_text(enabled, encoding="utf-8")
