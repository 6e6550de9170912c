"""The figures of the house: sizes, circles, and the language of names and docstrings.

They are aims that were met once, held here so that they stay met. Whoever breaks one moves a module, ends a
circle or renames a function; the figure moves only by a decision (docs/decisions).
"""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

BACKEND: Final = Path(__file__).resolve().parent.parent / "backend"
PACKAGE: Final = BACKEND / "tilebake"
FILES: Final = sorted(PACKAGE.rglob("*.py"))

MODULES_IN_A_FOLDER: Final = 12
MORE_MODULES: Final = {
    BACKEND / "training" / "terrain": 13,  # a module a kind of terrain
    PACKAGE / "cli" / "commands": 15,  # a module a command
    PACKAGE / "cli" / "run": 16,  # a module a command, and two for what several share
}
LINES_OF_A_FUNCTION: Final = 50
LINES_OF_A_FILE: Final = 330
SHARED_NAMES: Final = 12  # public names that two or more modules define
PARTICIPLES: Final = 0.02  # of all functions
NOUN_PHRASES: Final = 0.1  # of all docstrings

# Each command is called `command`, by the contract of the command line, and each logger `log`.
BY_CONTRACT: Final = frozenset({"command", "log"})

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = ast.Module | ast.ClassDef | Function

_NOUN_PHRASE: Final = re.compile(
    r"(A|An|The|What|Whether|How|Which|Where|When|Why|Who|Whatever|All|Every|Each|Some|One|Two|Those|These|This|That"
    r"|It|They|Its|Their|Of|In|For|On|At|By|As|To|If|No|Nothing|None|Same|Both|Only)\b"
)
_REGULAR: Final = re.compile(r"\w{2,}ed")
_NO_PARTICIPLES: Final = frozenset({"embed", "exceed", "feed", "need", "proceed", "seed", "speed", "thread"})
_IRREGULAR: Final = frozenset(
    {
        "begun",
        "broken",
        "brought",
        "built",
        "chosen",
        "done",
        "drawn",
        "driven",
        "felt",
        "found",
        "given",
        "gone",
    }
    | {
        "heard",
        "held",
        "hidden",
        "kept",
        "known",
        "laid",
        "left",
        "lent",
        "lost",
        "made",
        "met",
        "overridden",
    }
    | {
        "paid",
        "said",
        "seen",
        "sent",
        "shown",
        "spent",
        "spoken",
        "stood",
        "taken",
        "thought",
        "told",
        "torn",
    }
    | {"understood", "woken", "won", "worn", "written"}
)


class Definition(NamedTuple):
    """A function, and where it is defined."""

    file: Path
    node: Function

    def __str__(self) -> str:
        return f"{self.file.relative_to(PACKAGE)}:{self.node.lineno} {self.node.name}"


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def functions() -> Iterator[Definition]:
    for file in FILES:
        for node in ast.walk(parsed(file)):
            if isinstance(node, Function):
                yield Definition(file, node)


def docstrings() -> Iterator[str]:
    for file in FILES:
        for node in ast.walk(parsed(file)):
            if isinstance(node, Documented) and (text := ast.get_docstring(node)):
                yield text


def public_names(module: ast.Module) -> Iterator[str]:
    """What a module defines at its top, without what it imports."""
    for node in module.body:
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                names = [node.name]
            case ast.Assign():
                names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                names = [name]
            case _:
                continue
        yield from (name for name in names if not name.startswith("_"))


def is_participle(name: str) -> bool:
    """Whether a function is named for what was done, not for what it does."""
    word = name.strip("_").partition("_")[0]
    return word in _IRREGULAR or (bool(_REGULAR.fullmatch(word)) and word not in _NO_PARTICIPLES)


def module_name(file: Path) -> str:
    return ".".join(file.relative_to(BACKEND).with_suffix("").parts).removesuffix(".__init__")


def imports() -> Mapping[str, set[str]]:
    """Each module of the package, and those of the package that it names anywhere, for types alone too."""
    modules = {module_name(file): file for file in FILES}
    named: dict[str, set[str]] = {}
    for module, file in modules.items():
        found: set[str] = set()
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        named[module] = found & modules.keys() - {module}
    return named


def reachable(start: str, edges: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for each in edges[waiting.pop()] - seen:
            seen.add(each)
            waiting.append(each)
    return seen


def test_no_folder_holds_more_modules_than_a_reader_takes_in() -> None:
    files = [file for file in BACKEND.rglob("*.py") if not file.name.startswith("__")]
    counts = Counter(file.parent for file in files)
    crowded = {
        folder: count
        for folder, count in counts.items()
        if count > MORE_MODULES.get(folder, MODULES_IN_A_FOLDER)
    }
    assert crowded == {}


def test_no_modules_import_each_other_in_a_circle() -> None:
    edges = imports()
    circles = {module for module in edges if module in reachable(module, edges)}
    assert circles == set()


def test_no_function_is_longer_than_a_screen() -> None:
    longest = max(functions(), key=lambda each: (each.node.end_lineno or 0) - each.node.lineno)
    lines = (longest.node.end_lineno or 0) - longest.node.lineno + 1
    assert lines <= LINES_OF_A_FUNCTION, f"{longest} has {lines} lines"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_a_file_holds_one_idea(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= LINES_OF_A_FILE


def test_few_public_names_mean_two_things() -> None:
    owners: dict[str, list[str]] = defaultdict(list)
    for file in FILES:
        for name in {*public_names(parsed(file))} - BY_CONTRACT:
            owners[name].append(module_name(file))
    shared = {name: modules for name, modules in owners.items() if len(modules) > 1}
    assert len(shared) <= SHARED_NAMES, shared


def test_functions_are_named_for_what_they_do() -> None:
    named = [each for each in functions() if not each.node.name.startswith("__")]
    participles = [str(each) for each in named if is_participle(each.node.name)]
    assert len(participles) <= PARTICIPLES * len(named), participles


def test_docstrings_open_with_what_is_done() -> None:
    texts = list(docstrings())
    nouns = [text.splitlines()[0] for text in texts if _NOUN_PHRASE.match(text)]
    assert len(nouns) <= NOUN_PHRASES * len(texts), nouns


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lifted", True),
        ("_told", True),
        ("given_settings", True),
        ("read_map", False),
        ("seed", False),
        ("embed", False),
    ],
)
def test_participles_are_recognised(name: str, expected: bool) -> None:
    assert is_participle(name) is expected
