"""A project file that would take hours to parse is refused at once, and nothing else is."""

import time
from pathlib import Path

import pytest

from tilebake.errors import ProjectError
from tilebake.level.project import read_project
from tilebake.level.source.toml_keys import MOST_PARTS, find_long_key

LONG = ".".join("a" * 32_000)


@pytest.mark.parametrize(
    "text",
    [
        f"{LONG} = 1",
        f"[{LONG}]",
        f"[[{LONG}]]",
        f"settings = {{ {LONG} = 1 }}",
        " . ".join(['"a b"', "'c'", "d"] * 6) + " = 1",
        f'style = "x" # "\n{LONG} = 1',
        f'style = """"a" b\\""""\n{LONG} = 1',
    ],
)
def test_a_key_of_very_many_parts_is_refused_at_once(text: str, tmp_path: Path) -> None:
    file = tmp_path / "tilebake.toml"
    file.write_text(text, encoding="utf-8")
    started = time.process_time()
    with pytest.raises(ProjectError, match=r"more than 16 parts") as caught:
        read_project(file)
    assert caught.value.where.line == text.count("\n") + 1
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "text",
    [
        f'style = "{LONG}"',
        f"style = '{LONG}'",
        f'style = """\n{LONG}"""',
        f"style = '''\n{LONG}'''",
        f"# {LONG}",
        f'style = "a \\" {LONG}"',
        f'style = """a \\""" {LONG}"""',
        ".".join("a" * MOST_PARTS) + " = 1",
        'a = 1.5\n"b.c" = [1.5, 2.5]',
    ],
)
def test_dots_that_part_no_key_are_let_through(text: str) -> None:
    assert find_long_key(text) is None


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "part", ["a", "a.", '"', "'", '"""', "'''", ".", '"a', "#", "a=1\n", "[[", '\\"', "a. "]
)
def test_a_megabyte_of_anything_takes_no_time(part: str) -> None:
    find_long_key(part * (2**20 // len(part)))


def test_a_vast_project_file_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "tilebake.toml"
    file.write_text("#" * (2**20 + 1), encoding="utf-8")
    with pytest.raises(ProjectError, match="is 1 MiB large; the limit is 1 MiB"):
        read_project(file)
