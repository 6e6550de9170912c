"""`tilebake watch` as it runs: real processes, real signals, a real port; only the renderer costs nothing."""

import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.helpers import ROOT
from tests.helpers.game import PATIENCE, Game, game_in, until
from tests.helpers.processes import survivors
from tests.helpers.saving import by_rename
from tilebake.cli import run_command_line
from tilebake.cli.logfile import log_file
from tilebake.cli.run import watch as watch_run
from tilebake.errors import ServeError
from tilebake.level.project import Project
from tilebake.serve.api.client import answers
from tilebake.serve.api.ready import Ready, read_ready, ready_file
from tilebake.serve.bake.texture_cache import user_cache
from tilebake.serve.files.png import png_pixels
from tilebake.serve.files.project_lock import holder

QUICK = ("-m", "tests.helpers.quick_tilebake")
RIVALS_SHORT, RIVALS_LONG = 2, 8
EDITORS_SHORT, EDITORS_LONG = 1, 100  # that are killed
SURVIVAL = 5.0  # seconds that what an editor started may outlive it
KILLS_SHORT, KILLS_LONG = (5, 2), (50, 40)  # maps, and how often their watch is killed
BAKES_SHORT, BAKES_LONG = (2, 2), (100, 20)  # maps, and how often each is saved

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


@pytest.fixture(autouse=True)
def private_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ready files of tests are none of the user's."""
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))


@pytest.fixture
def game(tmp_path: Path) -> Game:
    return game_in(tmp_path)


class Watch:
    """A running `tilebake watch --json`, and the events that it has told."""

    def __init__(self, game: Game, *options: str, program: Sequence[str] = ()) -> None:
        program = program or (*QUICK, str(game.baker.log))
        command = [sys.executable, *program, "watch", str(game.root), "--json", *options]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdout=pipe, stderr=pipe, encoding="utf-8", cwd=ROOT)
        self.events: list[dict[str, Any]] = []
        self.said = ""
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._read, self._hear)]
        for reader in self._readers:
            reader.start()

    def until(self, happened: Callable[[], bool]) -> None:
        """Wait for something that this watch is to bring about."""

        def is_over() -> bool:
            assert self.process.poll() is None, self.said
            return happened()

        until(is_over)

    def until_map(self, name: str, state: str) -> None:
        """Wait until a map is said to stand so."""
        wanted = (f"levels/{name}.json", state)
        self.until(lambda: any((each["id"], each["state"]) == wanted for each in self.maps()))

    def maps(self) -> list[dict[str, Any]]:
        return [event["map"] for event in self.events if event["map"]]

    def family(self) -> list[psutil.Process]:
        """The process and all below it."""
        host = psutil.Process(self.process.pid)
        return [host, *host.children(recursive=True)]

    def end(self) -> int:
        """Wait for its end; the exit code."""
        code = self.process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        self.process.communicate()  # which closes the pipes
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def _hear(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said += line


@contextmanager
def watching(game: Game, *options: str, program: Sequence[str] = ()) -> Generator[Watch]:
    """A watch, killed at the end if it has not ended by itself."""
    watch = Watch(game, *options, program=program)
    try:
        yield watch
    finally:
        watch.process.kill()
        watch.end()


def ready_of(game: Game) -> Ready:
    return read_ready(ready_file(game.root))


def ask(ready: Ready, method: str, path: str) -> Any:
    """A request to the local API, as the editor makes it."""
    connection = HTTPConnection(ready.address, ready.port, timeout=PATIENCE)
    connection.request(method, path, headers={"Authorization": f"Bearer {ready.token}"})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


@on_posix
def test_a_save_becomes_a_picture_and_sigterm_ends_it_cleanly(game: Game) -> None:
    game.save("forest", 1)
    with watching(game) as watch:
        watch.until_map("forest", "up to date")
        game.save("river", 2)
        watch.until_map("river", "up to date")
        assert game.is_painted("forest", "river")
        ready, family = ready_of(game), watch.family()
        assert answers(ready)
        assert ask(ready, "GET", "/v2/health")["pid"] == watch.process.pid
        watch.process.send_signal(signal.SIGTERM)
        assert watch.end() == 128 + signal.SIGTERM
        assert not survivors(family, PATIENCE)
    numbers = [event["number"] for event in watch.events]
    assert numbers == list(range(1, len(numbers) + 1))
    assert watch.said.count("levels/river.json: painted in") == 1
    assert " as levels/river.png" in watch.said
    assert watch.said.count(f"watching {game.root}; press Ctrl-C to stop") == 1
    assert watch.said.count("loading the model embedded ...") == 1
    assert not ready_file(game.root).exists()
    assert holder(Project(game.root)) is None
    logged = log_file(game.root).read_text(encoding="utf-8")
    assert "levels/river.json: painted in" in logged
    assert ready.token not in logged + watch.said


@on_posix
def test_a_second_signal_ends_it_at_once(game: Game) -> None:
    game.save("forest", 1, base_prompt="stuck")
    with watching(game) as watch:
        watch.until_map("forest", "baking")
        family = watch.family()
        watch.process.send_signal(signal.SIGINT)
        watch.until(lambda: "again to stop at once" in watch.said)
        watch.process.send_signal(signal.SIGINT)
        assert watch.end() == 128 + signal.SIGINT
        assert not survivors(family, PATIENCE)
    assert "Traceback" not in watch.said


def test_the_editor_can_end_it(game: Game) -> None:
    with watching(game) as watch:
        watch.until(lambda: ready_file(game.root).exists())
        assert ask(ready_of(game), "POST", "/v2/shutdown") == {"leaving": True}
        assert watch.end() == 0


def test_an_error_is_printed_once_and_again_when_it_changes(game: Game) -> None:
    broken = game.path("broken")
    broken.write_text('{"tilebake": 1, "rows": [}', encoding="utf-8")
    with watching(game) as watch:
        watch.until_map("broken", "failed")
        for text in ('{"tilebake": 1, "rows": [}  ', '{"tilebake": 1, "rows": ]}'):
            name = f"good{len(text)}"
            by_rename(broken, text)  # never half of it, which would be a third error
            game.save(name, len(text))
            watch.until_map(name, "up to date")  # it was saved later, so the broken one has been read
        watch.until(lambda: watch.said.count("error: ") >= 2)
    assert watch.said.count("error: ") == 2
    assert str(broken) in watch.said


@pytest.mark.parametrize("rivals", [RIVALS_SHORT, pytest.param(RIVALS_LONG, marks=pytest.mark.long)])
def test_of_many_watches_one_works_and_the_others_name_it(rivals: int, game: Game) -> None:
    game.save("forest", 1)
    with ExitStack() as running:
        watches = [running.enter_context(watching(game)) for _ in range(rivals)]
        until(lambda: sum(watch.process.poll() is not None for watch in watches) == rivals - 1)
        (first,) = (watch for watch in watches if watch.process.poll() is None)
        first.until_map("forest", "up to date")
        others = [watch for watch in watches if watch is not first]
        assert [watch.end() for watch in others] == [75] * (rivals - 1)
        for watch in others:
            assert f"process {first.process.pid} (tilebake watch" in watch.said
            assert not watch.events
    assert game.begun() == [1]


@pytest.mark.parametrize("editors", [EDITORS_SHORT, pytest.param(EDITORS_LONG, marks=pytest.mark.long)])
def test_nothing_outlives_the_editor(editors: int, game: Game) -> None:
    patience = SURVIVAL if editors == EDITORS_LONG else PATIENCE  # a busy machine is no mistake of ours
    game.save("forest", 1, base_prompt="endless")
    for _ in range(editors):
        editor = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
        with watching(game, "--parent-pid", str(editor.pid)) as watch:
            begun = len(game.begun())
            watch.until(lambda begun=begun: len(game.begun()) > begun)
            family = watch.family()
            editor.kill()
            assert not survivors(family, patience)
            assert watch.end() == 0
        editor.wait()
    assert not ready_file(game.root).exists()


def test_an_editor_that_is_gone_already_is_not_waited_for(game: Game) -> None:
    editor = subprocess.Popen([sys.executable, "-c", ""])
    editor.wait()
    with watching(game, "--parent-pid", str(editor.pid)) as watch:
        assert watch.end() == 0


@pytest.mark.parametrize(("maps", "kills"), [KILLS_SHORT, pytest.param(*KILLS_LONG, marks=pytest.mark.long)])
def test_a_watch_that_is_killed_is_gone_on_with(maps: int, kills: int, game: Game) -> None:
    names = [f"map{number}" for number in range(maps)]
    for number, name in enumerate(names):
        game.save(name, number)
    chance = random.Random(3)
    for _ in range(kills):
        complete = {number for number, name in enumerate(names) if is_complete(game, name)}
        begun = len(game.begun())
        with watching(game) as watch:
            watch.until(lambda begun=begun: len(game.begun()) > begun or game.is_painted(*names))
            time.sleep(chance.random() * 0.2)
            family = watch.family()
        assert not survivors(family, PATIENCE)
        assert not complete & set(game.begun()[begun:]), "a completed render was repeated"
    with watching(game) as watch:
        watch.until(lambda: game.is_painted(*names))
    assert len(game.begun()) <= maps + kills
    for name in names:
        png_pixels(game.png(name).read_bytes())


def is_complete(game: Game, name: str) -> bool:
    """Whether what a map asks for was painted, wherever it got to since."""
    return (user_cache().folder / game.plan(name).digest).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="handles are counted in another way there")
@pytest.mark.parametrize(("maps", "rounds"), [BAKES_SHORT, pytest.param(*BAKES_LONG, marks=pytest.mark.long)])
def test_days_of_work_leave_nothing_open(maps: int, rounds: int, game: Game) -> None:
    """With the embedded model in the long run. The worker by itself is tested in serve/test_painting.py."""
    real = ("-m", "tilebake") if rounds == BAKES_LONG[1] else ()
    small = {"settings": {"pixels_per_tile": 8, "steps": 1}, "tile_size": 8, "rows": ["g" * 8] * 8}
    names = [f"map{number}" for number in range(maps)]
    memory, handles = list[int](), list[int]()
    with watching(game, program=real) as watch:
        for seed in range(rounds):
            for name in names:
                game.save(name, seed, **small)
            watch.until(lambda: game.is_painted(*names))
            host, *_ = family = watch.family()
            memory.append(sum(process.memory_info().rss for process in family))
            handles.append(open_at_rest(host))
    assert max(handles[1:]) <= handles[0]
    if real:
        assert memory[-1] < 1.05 * memory[rounds // 10]


def open_at_rest(process: psutil.Process) -> int:
    """How many handles are left open; looks and publishing open some for a moment, whenever that comes."""
    least = process.num_fds()
    for _ in range(20):
        time.sleep(0.01)
        least = min(least, process.num_fds())
    return least


def test_the_embedded_model_paints_what_is_saved(game: Game) -> None:
    with watching(game, "--steps", "1", "--device", "cpu", program=("-m", "tilebake")) as watch:
        watch.until(lambda: "maps: 0" in watch.said)
        game.save("forest", 1, settings={"pixels_per_tile": 16})
        watch.until_map("forest", "up to date")
        ended = [event["job"] for event in watch.events if event["job"]][-1]
    assert ended["state"] == "done"
    assert png_pixels(game.png("forest").read_bytes()).shape[:2] == (8, 16)
    assert json.loads(game.png("forest").with_suffix(".bake.json").read_bytes())["settings"]["steps"] == 1


def test_a_reader_of_events_that_goes_away_ends_no_watch(game: Game) -> None:
    command = [sys.executable, *QUICK, str(game.baker.log), "watch", str(game.root), "--json"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    for seed in (1, 2):
        game.save("forest", seed)
        until(lambda: game.is_painted("forest"))
    process.terminate()
    said = process.stderr.read()
    process.stderr.close()
    process.wait(PATIENCE)
    assert said.count("the output cannot be written") == 1
    assert "Traceback" not in said


@on_posix
def test_watch_that_can_write_nothing_of_its_own_paints_on(
    game: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No lock, no log, no journal and no cache: each is told."""
    for variable in ("TILEBAKE_CACHE", "TILEBAKE_STATE"):
        monkeypatch.setenv(variable, "/dev/null/nowhere")
    with watching(game) as watch:
        for seed in (1, 2):
            game.save("forest", seed)
            watch.until(lambda: game.is_painted("forest"))
        for what in ("other writers are not kept out", "no log file", "journal of jobs", "not kept in"):
            watch.until(lambda what=what: what in watch.said)


def test_watch_without_a_port_goes_on_without_its_local_api(
    game: Game, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise ServeError("no port of 127.0.0.1 can be had")

    monkeypatch.setattr(watch_run, "serving", refuse)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert run_command_line(["watch", str(game.root), "--parent-pid", str(gone.pid)]) == 0
    assert "maps are painted, but no editor can ask for them: no port" in capsys.readouterr().err
