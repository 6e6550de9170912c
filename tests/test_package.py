"""The built package carries all that a bake needs, and runs where the repository is not."""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGE: Final = ROOT / "backend" / "tilebake"
EMBEDDED_PARTS: Final = ("unet", "vae", "text_encoder", "text_encoder_2")
EMBEDDED_LIMIT: Final = 40e6  # bytes of weights


def run(*arguments: str, cwd: Path, environment: Mapping[str, str] | None = None) -> str:
    """What `python ARGUMENTS` prints; its complaint is the assertion's message if it fails."""
    ran = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, encoding="utf-8"
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist, built by the pinned hatchling without network."""
    folder = tmp_path_factory.mktemp("dist")
    run("-m", "hatchling", "build", "-d", str(folder), cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(next(built.glob("*.whl")))


def shipped_files() -> set[str]:
    """The files of the package as they lie in the repository, by their names in the wheel."""
    files = (path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(PACKAGE.parent).as_posix() for path in files}


def test_wheel_holds_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == shipped_files()
    assert "tilebake/py.typed" in names, "or type checkers do not see that all is annotated"


def test_wheel_holds_the_embedded_model(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    for part in EMBEDDED_PARTS:
        weights = [name for name in names if name.startswith(f"tilebake/embedded/{part}/")]
        assert any(name.endswith(".safetensors") for name in weights), part
    extras = ("tilebake.json", "judge.safetensors", "words.json")
    for name in ("model_index.json", "scheduler/scheduler_config.json", *extras):
        assert f"tilebake/embedded/{name}" in names
    size = sum(entry.file_size for entry in wheel.infolist() if entry.filename.endswith(".safetensors"))
    assert size <= EMBEDDED_LIMIT


def test_wheel_holds_the_configurations_of_single_file_checkpoints(wheel: zipfile.ZipFile) -> None:
    assert "tilebake/paint/sdxl_config/model_index.json" in wheel.namelist()


def test_wheel_names_its_licence_and_its_command(wheel: zipfile.ZipFile) -> None:
    texts = {name: wheel.read(name).decode() for name in wheel.namelist() if ".dist-info/" in name}
    (entry_points,) = (text for name, text in texts.items() if name.endswith("entry_points.txt"))
    assert "tilebake = tilebake.cli:main" in entry_points
    assert any(name.endswith("licenses/LICENSE") for name in texts)


def test_sdist_holds_what_the_wheel_and_the_tests_are_made_from(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {f"backend/{name}" for name in shipped_files()} <= names
    assert {"pyproject.toml", "constraints.txt", "Makefile", "README.md", "LICENSE"} <= names
    assert {"maps/forest.json", "tests/conftest.py", "godot_addon/project.godot"} <= names


@pytest.mark.parametrize("command", [["schema"], ["models", "info", "embedded", "--json"]], ids=" ".join)
def test_wheel_runs_by_itself(wheel: zipfile.ZipFile, tmp_path: Path, command: list[str]) -> None:
    wheel.extractall(tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    answer: dict[str, object] = json.loads(
        run("-m", "tilebake", *command, cwd=tmp_path, environment=environment)
    )
    assert "path" not in answer or Path(str(answer["path"])).is_relative_to(tmp_path)
