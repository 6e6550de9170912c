"""What the README says is so: its maps and projects are read, its commands parsed, its links followed.

So are those of docs/command-line.md, whose tables are complete, and the commands of other pages.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
import pytest

from tilebake.cli import COMMANDS, run_command_line, tilebake
from tilebake.cli.starter.files import SAMPLE
from tilebake.errors import MapError
from tilebake.level.project import find_project, read_project
from tilebake.level.settings import BakeSettings, SettingsOverride
from tilebake.level.tilemap import parse_map, read_map
from tilebake.request import BakeRequest
from tilebake.serve.bake.publish import is_recorded_picture

ROOT: Final = Path(__file__).resolve().parent.parent
README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
COMMAND_LINE: Final = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
ATTENTION: Final = (ROOT / "docs" / "attention.md").read_text(encoding="utf-8")
MODELS: Final = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
MAKEFILE: Final = (ROOT / "Makefile").read_text(encoding="utf-8")


def blocks(language: str, text: str = README) -> list[str]:
    """The fenced blocks in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def shell_lines(text: str = README) -> Iterator[list[str]]:
    """The words of every shell command that is shown, in blocks and in `inline code`."""
    inline = re.findall(r"`((?:make|pip) [^`]+)`", text)
    for line in [line for block in blocks("sh", text) for line in block.splitlines()] + inline:
        if words := shlex.split(line, comments=True):
            yield words


def commands_of(program: str, text: str = README) -> list[list[str]]:
    return [words[1:] for words in shell_lines(text) if words[0] == program]


def first_column(heading: str) -> list[str]:
    """The `names` in the first column of the table under this header cell."""
    table = re.search(rf"^\| {re.escape(heading)} \|.*\n\| ---.*\n((?:\|.*\n)+)", COMMAND_LINE, re.MULTILINE)
    assert table is not None, f"no table of {heading}"
    cells = [row.split("|")[1] for row in table[1].splitlines()]
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def leaf_commands(command: click.Command, *path: str) -> Iterator[str]:
    """Every command that paints or prints, as it is typed: `models list`."""
    if not isinstance(command, click.Group):
        yield " ".join(path)
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        yield from leaf_commands(below, *path, name)


def parse(arguments: list[str]) -> None:
    """Parse a command line as `tilebake` would, down to the last option, and run nothing."""
    command: click.Command = tilebake
    context = click.Context(command)
    while isinstance(command, click.Group):
        name, *arguments = arguments
        below = command.get_command(context, name)
        if below is None:
            raise click.UsageError(f"no such command: {name}")
        command = below
    command.make_context(command.name, arguments)


def test_first_screen_is_a_picture_a_sentence_and_two_commands() -> None:
    first_screen = README.split("\n## ", maxsplit=1)[0]
    assert "](docs/forest.png)" in first_screen
    assert list(shell_lines())[:2] == [["make", "bake"], ["make", "test"]]
    assert first_screen.count("```sh") == 1


@pytest.mark.parametrize("text", blocks("json"))
def test_maps_are_maps(text: str) -> None:
    assert parse_map(text).tiles
    assert not parse_map(text).notes
    dotted = text.replace('"gggggggg"', '".ggggggg"', 1)
    assert parse_map(dotted).empty, "the README speaks of a dot as no tile"


@pytest.mark.parametrize("name", ["first-map", "pixel-art"])
def test_a_picture_shows_the_map_beside_it(name: str, tmp_path: Path) -> None:
    (lake,) = blocks("json")
    if name == "first-map":
        tilemap = parse_map(lake)
    else:
        run_command_line(["init", str(tmp_path / "game"), "--preset", "pixel-art"])
        tilemap = read_map(tmp_path / "game" / SAMPLE, find_project(tmp_path / "game"))
    request = BakeRequest(tilemap, BakeSettings(), "embedded", "digest", tilemap.seed)
    record = json.loads((ROOT / "docs" / f"{name}.bake.json").read_text(encoding="utf-8"))
    shown, now = record["parts"], request.part_digests()
    again = "paint it anew: python -m benchmarks.docs_pages.first_map"
    assert {key: shown[key] for key in ("base_prompt", "terrains", "tiles")} == {
        key: now[key] for key in ("base_prompt", "terrains", "tiles")
    }, again
    assert is_recorded_picture(ROOT / "docs" / f"{name}.png", record), again


@pytest.mark.parametrize("text", blocks("python"))
def test_python_runs(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (lake,) = blocks("json")
    small = json.loads(lake) | {"settings": {"pixels_per_tile": 16, "steps": 2}}
    (tmp_path / "lake.json").write_text(json.dumps(small), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(text, names)
    assert capsys.readouterr().out == "1 of 2\n2 of 2\n"
    assert (tmp_path / "lake.png").is_file()
    assert (tmp_path / "autumn.png").is_file()
    edited = names["edited"]
    assert edited.before.shape == edited.after.shape == (6 * 64, 8 * 64, 3)
    assert (edited.before != edited.after).any()
    assert edited.mask.shape == (12, 16)


def test_errors_are_printed_as_the_readme_shows() -> None:
    (told,), (text,) = blocks("text"), blocks("json")
    assert told in COMMAND_LINE
    with pytest.raises(MapError) as caught:
        parse_map(text.replace('"gsswwwsg"', '"gsswwwtg"'), path=Path("lake.json"))
    assert told == f"error: {caught.value}\n"


@pytest.mark.parametrize("text", blocks("toml") + blocks("toml", COMMAND_LINE))
def test_projects_are_projects(text: str, tmp_path: Path) -> None:
    file = tmp_path / "tilebake.toml"
    file.write_text(text, encoding="utf-8")
    assert read_project(file).terrains


@pytest.mark.parametrize(
    "arguments",
    [words for text in (README, COMMAND_LINE, ATTENTION, MODELS) for words in commands_of("tilebake", text)],
    ids=" ".join,
)
def test_commands_parse(arguments: list[str]) -> None:
    if arguments == ["--help"]:
        return
    parse(arguments)


@pytest.mark.parametrize(
    "arguments", [["bake", "--sigma", "3"], ["paint", "a.json"], ["bake", "--shard", "5/4"]]
)
def test_commands_that_are_not_would_be_noticed(arguments: list[str]) -> None:
    with pytest.raises(click.UsageError):
        parse(arguments)


@pytest.mark.parametrize("arguments", commands_of("make"), ids=" ".join)
def test_make_targets_exist(arguments: list[str]) -> None:
    for word in arguments:
        variable, is_variable, _ = word.partition("=")
        pattern = rf"^{variable} \?=" if is_variable else rf"^{word}:.*## "
        assert re.search(pattern, MAKEFILE, re.MULTILINE), word


@pytest.mark.skipif(shutil.which("make") is None, reason="whoever has no make runs no target of it")
def test_a_newcomer_installs_what_paints_and_a_test_the_rest(tmp_path: Path) -> None:
    def steps_of(target: str) -> str:
        command = ["make", "-n", target, f"VENV={tmp_path}", "CI="]
        outside = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
        ran = subprocess.run(
            command, cwd=ROOT, env=outside, capture_output=True, encoding="utf-8", check=True
        )
        return ran.stdout

    assert "--editable ." in steps_of("bake")
    assert "--group dev" not in steps_of("bake")
    for target in ("install", "check"):
        assert steps_of(target).count("--editable . --group dev") == 1


def test_shell_blocks_show_nothing_else() -> None:
    assert {words[0] for words in shell_lines()} == {"make", "pip", "tilebake"}


def test_the_readme_is_read_in_ten_minutes() -> None:
    assert len(README.splitlines()) <= 220, "what a newcomer needs; the rest goes to docs/command-line.md"


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#]+)\)", README))
def test_links_lead_somewhere(target: str) -> None:
    assert "://" in target or (ROOT / target).exists()


def test_every_command_is_told() -> None:
    told = " ".join(first_column("command"))
    assert set(COMMANDS) <= set(re.findall(r"tilebake (\w+)", told))
    for command in leaf_commands(tilebake):
        assert command.split()[-1] in told, command


def test_settings_are_settings() -> None:
    names = first_column("setting")
    assert len(names) == 5, "docs/settings.md has all of them"
    assert set(names) <= set(SettingsOverride.model_fields)


def test_exit_codes_are_those_of_the_program() -> None:
    from tilebake import cli
    from tilebake.cli.run import bake

    codes = set(re.findall(r"^\| ([\d, ]+) \|", COMMAND_LINE, re.MULTILINE))
    assert codes == {*map(str, (0, cli.FAILED, click.UsageError.exit_code, bake.STALE, cli.BUSY)), "130, 143"}
