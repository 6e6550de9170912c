"""Where the addon looks for tilebake, and what it makes of the paths that people paste."""

import os
from pathlib import Path

import pytest

from tests.godot.harness.addon_imports import adopt_imports
from tests.godot.harness.engine import SCRIPTS, Engine, Run, write_project


@pytest.fixture(scope="module")
def game(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = write_project(tmp_path_factory.mktemp("command") / "game", {})
    adopt_imports(engine, project)
    return project


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def found(engine: Engine, game: Path, setting: str, root: Path, **environment: str) -> Run:
    clear = {"PATH": f"/usr/bin{os.pathsep}/bin", "VIRTUAL_ENV": "", **environment}
    script = game / "find_command.gd"
    script.write_text((SCRIPTS / script.name).read_text(encoding="utf-8"), encoding="utf-8")
    arguments = ("-s", f"res://{script.name}", "--", setting, str(root))
    return engine.run(game, *arguments, environment=clear).checked()


@pytest.mark.parametrize("setting", ["{}", '"{}"', "'{}'", '  "{}" ', "{escaped}", "~/my tools/tilebake"])
def test_a_pasted_path_is_understood(setting: str, engine: Engine, game: Path, tmp_path: Path) -> None:
    path = program(tmp_path / "my tools" / "tilebake")
    text = setting.format(path, escaped=str(path).replace(" ", "\\ "))
    run = found(engine, game, text, tmp_path, HOME=str(tmp_path))
    assert run.lines("FOUND ") == [f"{path} watch"]


@pytest.mark.parametrize(
    "inside", ["tilebake", "bin/tilebake", "Scripts/tilebake", "Contents/MacOS/tilebake", "bin/python3"]
)
def test_a_folder_that_holds_it_will_do(inside: str, engine: Engine, game: Path, tmp_path: Path) -> None:
    path = program(tmp_path / "Tilebake.app" / inside)
    words = "-m tilebake watch" if inside.endswith("python3") else "watch"
    assert found(engine, game, str(tmp_path / "Tilebake.app"), tmp_path).lines("FOUND ") == [
        f"{path} {words}"
    ]


@pytest.mark.parametrize("place", [".venv", "venv", "../.venv", "../venv"])
def test_environments_beside_the_project_are_searched(
    place: str, engine: Engine, game: Path, tmp_path: Path
) -> None:
    root = tmp_path / "game"
    root.mkdir()
    path = program((root / place / "bin" / "tilebake").resolve())
    assert found(engine, game, "", root).lines("FOUND ") == [f"{path} watch"]


def test_path_comes_before_environments_and_a_setting_before_all(
    engine: Engine, game: Path, tmp_path: Path
) -> None:
    program(tmp_path / ".venv" / "bin" / "tilebake")
    on_path = program(tmp_path / "bin" / "tilebake")
    path = f"{on_path.parent}{os.pathsep}/usr/bin"
    assert found(engine, game, "", tmp_path, PATH=path).lines("FOUND ") == [f"{on_path} watch"]
    wrong = str(tmp_path / "nowhere")
    assert found(engine, game, wrong, tmp_path, PATH=path).lines("FOUND ") == ["nothing"]


def test_what_cannot_be_run_is_not_found(engine: Engine, game: Path, tmp_path: Path) -> None:
    program(tmp_path / ".venv" / "bin" / "tilebake").chmod(0o644)
    assert found(engine, game, "", tmp_path).lines("FOUND ") == ["nothing"]
