"""Test where the addon looks for tilebake, and how it reads the paths that people paste."""

import os
from pathlib import Path

import pytest

from tests.godot.harness.addon_imports import adopt_imports
from tests.godot.harness.engine import SCRIPTS, Engine, copy_script, write_project


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


def find_command(engine: Engine, game: Path, setting: str, root: Path, **environment: str) -> list[str]:
    """Return the command that the addon finds; each test looks in its own folders."""
    clear = {"PATH": f"/usr/bin{os.pathsep}/bin", "VIRTUAL_ENV": "", **environment}
    script = copy_script(game, SCRIPTS / "editor/print_command.gd")
    run = engine.run(game, "-s", script, "--", setting, str(root), environment=clear)
    return run.check().lines("FOUND ")


@pytest.mark.parametrize("setting", ["{}", '"{}"', "'{}'", '  "{}" ', "{escaped}", "~/my tools/tilebake"])
def test_a_pasted_path_is_cleaned(setting: str, engine: Engine, game: Path, tmp_path: Path) -> None:
    path = program(tmp_path / "my tools" / "tilebake")
    text = setting.format(path, escaped=str(path).replace(" ", "\\ "))
    assert find_command(engine, game, text, tmp_path, HOME=str(tmp_path)) == [f"{path} watch"]


@pytest.mark.parametrize(
    "inside", ["tilebake", "bin/tilebake", "Scripts/tilebake", "Contents/MacOS/tilebake", "bin/python3"]
)
def test_a_folder_may_be_named_instead_of_the_program_in_it(
    inside: str, engine: Engine, game: Path, tmp_path: Path
) -> None:
    path = program(tmp_path / "Tilebake.app" / inside)
    arguments = "-P -m tilebake watch" if inside.endswith("python3") else "watch"
    folder = str(tmp_path / "Tilebake.app")
    assert find_command(engine, game, folder, tmp_path) == [f"{path} {arguments}"]


@pytest.mark.parametrize("place", [".venv", "venv", "../.venv", "../venv"])
def test_virtual_environments_beside_the_project_are_searched_and_not_run_unasked(
    place: str, engine: Engine, game: Path, tmp_path: Path
) -> None:
    root = tmp_path / "game"
    root.mkdir()
    path = program((root / place / "bin" / "tilebake").resolve())
    assert find_command(engine, game, "", root) == [f"{path} watch ASK"]


def test_the_active_virtual_environment_is_the_users_own(engine: Engine, game: Path, tmp_path: Path) -> None:
    path = program(tmp_path / ".venv" / "bin" / "tilebake")
    active = str(tmp_path / ".venv")
    assert find_command(engine, game, "", tmp_path, VIRTUAL_ENV=active) == [f"{path} watch"]


def test_the_setting_comes_before_path_and_path_before_virtual_environments(
    engine: Engine, game: Path, tmp_path: Path
) -> None:
    program(tmp_path / ".venv" / "bin" / "tilebake")
    on_path = program(tmp_path / "bin" / "tilebake")
    path = f"{on_path.parent}{os.pathsep}/usr/bin"
    assert find_command(engine, game, "", tmp_path, PATH=path) == [f"{on_path} watch"]
    wrong = str(tmp_path / "nowhere")
    assert find_command(engine, game, wrong, tmp_path, PATH=path) == ["nothing"]


def test_a_file_that_is_not_executable_is_not_found(engine: Engine, game: Path, tmp_path: Path) -> None:
    program(tmp_path / ".venv" / "bin" / "tilebake").chmod(0o644)
    assert find_command(engine, game, "", tmp_path) == ["nothing"]
