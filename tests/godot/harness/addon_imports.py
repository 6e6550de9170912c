"""What Godot makes of the addon when it first imports a project: classes and icon. Made once, then copied."""

import shutil
from functools import cache
from pathlib import Path

from tests.godot.harness.engine import Engine, write_project


def adopt_imports(engine: Engine, project: Path) -> None:
    """Spare a project with the addon its first import; what else is in it stays to be imported."""
    shutil.copytree(_imports(engine), project / ".godot", dirs_exist_ok=True)


@cache
def _imports(engine: Engine) -> Path:
    assert engine.home is not None
    project = write_project(engine.home / "bare", {})
    engine.import_project(project).checked()
    return project / ".godot"
