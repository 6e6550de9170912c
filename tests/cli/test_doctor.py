"""`tilebake doctor`: it says what it finds, and what to fix."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.game import Game, game_in
from tilebake.cli import run_command_line
from tilebake.level.project import Project
from tilebake.serve import doctor
from tilebake.serve.api.ready import announce, new_ready, ready_file
from tilebake.serve.files.project_lock import only_writer

Findings = dict[str, dict[str, Any]]


@pytest.fixture
def game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Game:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    return game_in(tmp_path)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the torch probe, which takes seconds."""
    monkeypatch.setattr(
        doctor, "TORCH_PROBE", ("-c", 'print("""{"torch": "9.9", "cuda": "a card", "bytes": 8589934592}""")')
    )


def examined(game: Game, capsys: pytest.CaptureFixture[str]) -> tuple[int, Findings]:
    code = run_command_line(["doctor", str(game.root), "--json"])
    findings = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return code, {finding["subject"]: finding for finding in findings}


def test_a_sound_machine_has_nothing_to_hint(game: Game, capsys: pytest.CaptureFixture[str]) -> None:
    game.save("forest", 1)
    assert run_command_line(["doctor", str(game.root)]) == 0, capsys.readouterr().out
    told = capsys.readouterr().out
    for subject in ("python", "torch", "memory", "model", "maps", "disk of output", "watching", "lock"):
        assert f"\n{subject} " in f"\n{told}"
    assert "→" not in told


@pytest.mark.usefixtures("quick")
def test_doctor_prints_each_problem_with_its_hint(game: Game, capsys: pytest.CaptureFixture[str]) -> None:
    (game.root / "tilebake.toml").write_text('maps = ["levels"]\nmodel = "painterly"\n', encoding="utf-8")
    game.path("broken").write_text('{"tilebake": 1, "rows": [}', encoding="utf-8")
    code, findings = examined(game, capsys)
    assert code == 1
    assert "cuda (a card), 8.0 GiB" in findings["torch"]["found"]
    assert 'there is no model "painterly"' in findings["model"]["found"]
    assert "with an error: 1" in findings["maps"]["found"]
    assert "broken.json:1:" in findings["map"]["found"]
    assert all(findings[subject]["hint"] for subject in ("model", "map"))
    (game.root / "tilebake.toml").write_text("maps = [", encoding="utf-8")
    code, findings = examined(game, capsys)
    assert code == 1
    assert "tilebake.toml:1:" in findings["project"]["found"]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_doctor_leaves_out_the_name_of_the_home_folder(
    form: list[str], game: Game, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = game.root.parent
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("TILEBAKE_CACHE", str(home / ".cache" / "tilebake"))
    (game.root / "tilebake.toml").write_text(
        'maps = ["levels", "away"]\nmodel = "nowhere"\n', encoding="utf-8"
    )
    game.path("broken").write_text('{"tilebake": 1, "rows": [}', encoding="utf-8")
    assert run_command_line(["doctor", str(game.root), *form]) == 1
    told = capsys.readouterr().out
    assert str(home) not in told
    for place in ("", "levels/broken.json", "away"):
        assert str(Path("~", "game", place)) in told


@pytest.mark.usefixtures("quick")
def test_doctor_names_who_is_at_work(game: Game, capsys: pytest.CaptureFixture[str]) -> None:
    game.save("forest", 1)
    with only_writer(Project(game.root), "a test"):
        assert f"held by process {os.getpid()} (a test" in examined(game, capsys)[1]["lock"]["found"]
    _, findings = examined(game, capsys)
    assert (findings["lock"]["found"], findings["backend"]["found"]) == ("free", "none is running")


@pytest.mark.usefixtures("quick")
def test_a_backend_that_does_not_answer_is_a_problem(game: Game, capsys: pytest.CaptureFixture[str]) -> None:
    with announce(new_ready(game.root, 9), ready_file(game.root)):
        code, findings = examined(game, capsys)
    assert code == 1
    assert "does not answer" in findings["backend"]["found"]


@pytest.mark.usefixtures("quick")
def test_a_torch_that_cannot_be_imported_says_why(
    game: Game, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "TORCH_PROBE", ("-c", 'raise ImportError("no libcuda")'))
    code, findings = examined(game, capsys)
    assert (code, findings["torch"]["found"]) == (1, "cannot be imported: ImportError: no libcuda")


@pytest.mark.usefixtures("quick")
def test_doctor_tells_what_it_cannot_examine_and_goes_on(
    game: Game, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise OverflowError("unforeseen")

    for name in ("find_project", "survey", "user_cache", "holder"):
        monkeypatch.setattr(doctor, name, fail)
    game.save("forest", 1)
    code, findings = examined(game, capsys)
    assert code == 1
    told = {
        subject for subject, finding in findings.items() if "OverflowError: unforeseen" in finding["found"]
    }
    assert told == {"project", "maps", "cache", "lock"}
    assert findings["backend"]["found"] == "none is running"
