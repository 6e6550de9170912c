"""A console that is full, closed or gone: what is printed is lost, and nothing else is."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.helpers import ROOT
from tests.helpers.game import Game, game_in, until
from tests.helpers.patience import PATIENCE
from tilebake.cli import run_command_line
from tilebake.cli.interrupt import CancelledError, interruptible
from tilebake.cli.run import where
from tilebake.cli.terminal.printing import OutputError, print_result, say
from tilebake.user_folders import log_folder

FULL = Path("/dev/full")
QUICK = ("-m", "tests.helpers.quick_tilebake")

needs_full_device = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows closes no such streams")


@pytest.fixture
def game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Game:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    return game_in(tmp_path)


def run(arguments: Sequence[str], redirection: str) -> "subprocess.CompletedProcess[bytes]":
    """Run a command line as a shell does; what it says goes where the redirection says, or comes back."""
    shell = f'exec "$0" -m tilebake "$@" {redirection}'
    return subprocess.run(["sh", "-c", shell, sys.executable, *arguments], capture_output=True, cwd=ROOT)


@on_posix
@needs_full_device
@pytest.mark.parametrize("redirection", [">/dev/full", ">&-"])
def test_result_that_cannot_be_printed_is_one_line_and_exit_code_1(redirection: str) -> None:
    done = run(["where", "--json"], redirection)
    assert done.returncode == 1
    said = done.stderr.decode()
    assert said.startswith("error: the output cannot be written: ")
    assert said.count("\n") == 1


@on_posix
@needs_full_device
@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-"])
def test_words_for_people_that_cannot_be_printed_change_no_exit_code(redirection: str) -> None:
    assert run(["where", "--no-such-option"], redirection).returncode == 2
    done = run(["where", "--json"], redirection)
    assert done.returncode == 0
    assert json.loads(done.stdout)


@on_posix
@needs_full_device
def test_batch_goes_on_without_its_console_and_fails_in_the_end(game: Game) -> None:
    for name in ("a", "b"):
        game.path(name).write_text('{"tilebake": 1, "rows": [', encoding="utf-8")
    done = run(["bake", "--check", "--json", str(game.root)], ">/dev/full")
    assert done.returncode == 1
    said = done.stderr.decode()
    assert said.count("the output cannot be written") == 1
    assert "2 failed" in said
    assert "Traceback" not in said


def watch_command(game: Game) -> list[str]:
    return [sys.executable, *QUICK, str(game.baker.log), "watch", str(game.root), "--json"]


@on_posix
@needs_full_device
@pytest.mark.parametrize("redirection", [">/dev/full 2>/dev/full", ">&- 2>&-"])
def test_watch_paints_on_without_its_console(redirection: str, game: Game) -> None:
    shell = ["sh", "-c", f'exec "$@" {redirection}', "sh"]
    process = subprocess.Popen([*shell, *watch_command(game)], cwd=ROOT, stdin=subprocess.DEVNULL)
    try:
        for seed in (1, 2):
            game.save("forest", seed)
            until(lambda: game.is_painted("forest"))
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 128 + signal.SIGTERM
    finally:
        process.kill()
        process.wait()


def test_output_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as closed, Path(os.devnull).open(encoding="utf-8") as unwritable:
        closed.setattr(sys, "stdout", unwritable)
        with pytest.raises(OutputError, match="send it where somebody reads it"):
            print_result("result")
        closed.setattr(sys, "stderr", unwritable)
        say("lost")


@pytest.mark.skipif(sys.platform != "linux", reason="such names are rare elsewhere")
def test_name_that_is_no_utf8_is_printed_with_its_bytes_escaped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "output"
    with monkeypatch.context() as here, file.open("w", encoding="utf-8", errors="strict") as strict:
        here.setattr(sys, "stdout", strict)
        print_result(os.fsdecode(b"maps/\xff.json"))
    assert file.read_text(encoding="utf-8") == "maps/\\udcff.json\n"


def test_mistake_of_our_own_is_one_line_and_its_traceback_is_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise ZeroDivisionError("unforeseen")

    monkeypatch.setattr(where, "run_where", fail)
    assert run_command_line(["where"]) == 1
    said = capsys.readouterr().err
    file = log_folder() / "mistakes.log"
    assert said == (
        "error: a mistake of tilebake's own: ZeroDivisionError: unforeseen; "
        f"please report it, with the traceback in {file}\n"
    )
    assert "Traceback (most recent call last):" in file.read_text(encoding="utf-8")
    assert run_command_line(["where", "--json"]) == 1
    assert file.read_text(encoding="utf-8").count("Traceback") == 2


def test_command_that_goes_well_leaves_no_log() -> None:
    assert run_command_line(["where", "--json"]) == 0
    assert not log_folder().exists()


@on_posix
@pytest.mark.parametrize("is_urgent", [True, False])
def test_first_signal_ends_a_load_at_once_and_painting_between_two_steps(is_urgent: bool) -> None:
    def interrupt() -> str:
        os.kill(os.getpid(), signal.SIGINT)
        return "went on"

    ended = ""
    with interruptible() as interruption:
        if is_urgent:
            with pytest.raises(CancelledError), interruption.at_once():
                ended = as_libraries_do(interrupt)
        else:
            ended = as_libraries_do(interrupt)
        with pytest.raises(CancelledError):
            interruption.check()
    assert ended == ("" if is_urgent else "went on")


def as_libraries_do(action: Callable[[], str]) -> str:
    try:
        return action()
    except Exception:
        return "swallowed"


@pytest.mark.skipif(sys.platform != "linux", reason="nobody else tells what a process has loaded")
def test_signal_ends_a_bake_at_once_while_torch_is_loaded(game: Game) -> None:
    game.save("forest", 1)
    command = [sys.executable, "-m", "tilebake", "bake", "--no-cache", str(game.root)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8", cwd=ROOT) as process:
        libraries = Path(f"/proc/{process.pid}/maps")
        until(lambda: "libtorch" in libraries.read_text(encoding="utf-8"))
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode == 128 + signal.SIGINT
    assert said.endswith("\nstopping\nstopped: 0 of 1 painted\n")
    assert not game.png("forest").exists()
