"""What the docs name exists: links, headings, files, folders, functions, modules, targets of make, commands.

A name in `code` counts as a path where it looks like one. Paths start at the root or at one of ROOTS, as
readers of a package expect. `serve/backend.py::Backend` also names what a file defines.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tilebake.cli import COMMANDS

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGE: Final = ROOT / "backend" / "tilebake"
ADDON: Final = ROOT / "godot_addon" / "addons" / "tilebake"
ROOTS: Final = (ROOT, PACKAGE, ROOT / "backend", ADDON, ADDON / "editor")

# In these every path that is named is one of the repository's; the others speak of users' files too.
GUIDES: Final = frozenset(
    {ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"}
    | {
        ROOT / "docs" / f"{name}.md"
        for name in ("README", "architecture", "debugging", "glossary", "releasing")
    }
    | set((ROOT / "docs" / "decisions").glob("*.md"))
)
PAGES: Final = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "backend").rglob("*.md"),
        ADDON / "README.md",
    ]
)

FILES: Final = (".toml", ".json", ".png")  # `tilebake.toml` is no module

_FENCE: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_SPAN: Final = re.compile(r"`([^`\n]+)`")
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)
_PATH: Final = re.compile(r"\.?[\w.*-]+(?:/[\w.*-]+)*/?(?:::[\w.]+)?")
_DOTTED: Final = re.compile(r"tilebake(?:\.\w+)+")
_DEFINED_IN_GDSCRIPT: Final = re.compile(
    r"^(?:static )?(?:func|signal|const|var|class|enum) (\w+)", re.MULTILINE
)
_TARGET: Final = re.compile(r"^([a-z]+):", re.MULTILINE)


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def spans(page: Path) -> list[str]:
    """What stands in `code`."""
    return _SPAN.findall(prose(page))


def paths(page: Path) -> Iterator[str]:
    """Names in code that look like a path of this repository."""
    for text in spans(page):
        path = text.partition("::")[0]
        is_source = path.endswith((".py", ".gd")) and ("/" in path or "::" in text)
        if _PATH.fullmatch(text) and (is_source or ("/" in path and page in GUIDES)):
            yield text


def first_words(page: Path, program: str) -> Iterator[str]:
    """What a page has a program do: of `make test` it is "test"."""
    for text in spans(page):
        if found := re.match(rf"{program} ([a-z]+)", text):
            yield found[1]


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).strip().replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {slug(heading) for heading in _HEADING.findall(prose(page))}


def matches(path: str, page: Path) -> list[Path]:
    """The files and folders that a path may mean, seen from a page."""
    return [each for root in (*ROOTS, page.parent) for each in root.glob(path.rstrip("/"))]


@cache
def defined(file: Path) -> frozenset[str]:
    """Whatever a module or a script defines, members of classes as `Class.member`."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".gd":
        return frozenset(_DEFINED_IN_GDSCRIPT.findall(text))
    return frozenset(_names_in(ast.parse(text).body, prefix=""))


def _names_in(body: list[ast.stmt], prefix: str) -> Iterator[str]:
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield prefix + node.name
            case ast.ClassDef():
                yield prefix + node.name
                yield from _names_in(node.body, f"{prefix}{node.name}.")
            case ast.Assign():
                yield from (prefix + target.id for target in node.targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield prefix + name
            case ast.ImportFrom():
                yield from (prefix + (alias.asname or alias.name) for alias in node.names)
            case _:
                continue


def leads_somewhere(link: str, page: Path) -> bool:
    target, _, anchor = link.partition("#")
    file = (page.parent / target) if target else page
    return file.exists() and (not anchor or file.suffix != ".md" or anchor in anchors(file))


def path_exists(text: str, page: Path) -> bool:
    path, _, member = text.partition("::")
    files = matches(path, page)
    return any(member in defined(file) for file in files if file.is_file()) if member else bool(files)


def is_importable(dotted: str) -> bool:
    """Whether a dotted name is a module, or something that a module defines."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        stem = PACKAGE.parent.joinpath(*parts[:length])
        for file in (stem.with_suffix(".py"), stem / "__init__.py"):
            if file.is_file():
                return length == len(parts) or ".".join(parts[length:]) in defined(file)
    return False


on_every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


@on_every_page
def test_links_lead_to_a_file_and_a_heading_of_it(page: Path) -> None:
    links = [link for link in _LINK.findall(prose(page)) if "://" not in link]
    assert [link for link in links if not leads_somewhere(link, page)] == []


@on_every_page
def test_paths_in_code_exist_and_define_what_is_named_of_them(page: Path) -> None:
    assert [path for path in paths(page) if not path_exists(path, page)] == []


@on_every_page
def test_dotted_names_are_modules_or_something_in_them(page: Path) -> None:
    names = [text for text in spans(page) if _DOTTED.fullmatch(text) and not text.endswith(FILES)]
    assert [name for name in names if not is_importable(name)] == []


@on_every_page
def test_targets_of_make_and_commands_of_tilebake_exist(page: Path) -> None:
    targets = _TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8"))
    assert set(first_words(page, "make")) <= set(targets)
    assert set(first_words(page, "tilebake")) <= set(COMMANDS)


def test_a_name_that_does_not_exist_is_noticed() -> None:
    page = ROOT / "CONTRIBUTING.md"
    assert not path_exists("serve/no_such_module.py", page)
    assert path_exists("serve/backend.py::Backend", page)
    assert not path_exists("serve/backend.py::NoSuchClass", page)
    assert is_importable("tilebake.serve.backend.Backend")
    assert not is_importable("tilebake.serve.backend.NoSuchClass")
    assert not leads_somewhere("README.md#no-such-heading", page)


def test_every_decision_is_in_the_index_and_short() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    for record in sorted(folder.glob("[0-9]*.md")):
        assert f"]({record.name})" in index
        assert len(record.read_text(encoding="utf-8").splitlines()) <= 40, record.name
