"""Import the addon once, and copy what Godot made of it (classes, icon) into every project that needs it."""

import shutil
from functools import cache
from pathlib import Path

from tests.godot.harness.engine import Engine, write_project


def adopt_imports(engine: Engine, project: Path) -> None:
    """Give a project the imported addon, which saves its first import; other files stay to be imported."""
    shutil.copytree(_imports(engine), project / ".godot", dirs_exist_ok=True)


@cache
def _imports(engine: Engine) -> Path:
    assert engine.home is not None
    project = write_project(engine.home / "bare", {})
    engine.import_project(project).check()
    return project / ".godot"
