"""Test that the addon loads in a game whose classes and autoloads have the names that it uses inside."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.godot.harness.engine import ADDON_PROJECT, Engine, write_project

ADDON: Final = ADDON_PROJECT / "addons" / "tilebake"
DECLARED: Final = re.compile(r"^(?:const|enum|class) (\w*[a-z]\w*)", re.MULTILINE)
BEFORE: Final = """
BackendAnswer BackendBar BackendClient BackendCommand BackendLane BackendLink BackendLocation
BackendLookup BackendLooks BackendNews BackendProcess Dock EditDrafts ExportPlugin FsBridge
ImportPlugin InspectorPlugin JobPanel LogWindow LookMap LookOverlay LookSession MapActions MapList
MapReader MapWords MistakePanel ReadyFile SceneLink SettingsWindow StrengthList StrengthRow
TerrainRow Toasts WordChips Action Phase Request Settings Signals State Kind Severity Ticker Ui
"""
"""Names that the addon has used inside, and that games have for classes of their own."""


def names_at_risk() -> list[str]:
    """List every name of a type that the addon declares inside, and those that it once did."""
    declared = {name for file in ADDON.rglob("*.gd") for name in DECLARED.findall(file.read_text("utf-8"))}
    return sorted({name for name in declared if not name.startswith("Tilebake")} | set(BEFORE.split()))


@pytest.mark.parametrize("kind", ["classes", "autoloads"])
def test_the_addon_loads_beside_a_games_own_names(engine: Engine, tmp_path: Path, kind: str) -> None:
    names = names_at_risk()
    heads = {name: f"class_name {name}\n" if kind == "classes" else "" for name in names}
    files = {f"game/{name.lower()}.gd": f"{head}extends Node\n" for name, head in heads.items()}
    project = write_project(tmp_path / "game", files)
    if kind == "autoloads":
        with (project / "project.godot").open("a", encoding="utf-8") as settings:
            lines = (f'{name}="*res://game/{name.lower()}.gd"' for name in names)
            settings.write("\n[autoload]\n\n" + "\n".join(lines) + "\n")
    engine.import_project(project).check()
    run = engine.run(project, "--editor", "--quit-after", "5").check()
    assert "Unable to load addon script" not in run.log
