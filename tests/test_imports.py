"""Imports run one way, and torch lives in paint alone."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "backend" / "tilebake"
# Each may import those before it, but for those that are apart.
LAYERS = (
    "errors",
    "near_names",
    "private_folder",
    "user_folders",
    "models",
    "level",
    "texture",
    "request",
    "serve",
    "paint",
    "facade",
    "cli",
)
MODEL_LIBRARIES = {"torch", "diffusers", "transformers", "accelerate", "peft", "safetensors", "tokenizers"}
# Models and levels know nothing of each other; serve is handed a baker, whoever that is.
APART = {("level", "models"), ("texture", "models"), ("paint", "serve")}
FILES = sorted(PACKAGE.rglob("*.py"))


def layer(path: Path) -> str | None:
    """The layer that a file belongs to; None for the package's own two lines and for __main__."""
    name = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return name if name in LAYERS else None


def imported(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Import):
            yield from (alias.name for alias in each.names)
        elif isinstance(each, ast.ImportFrom):
            assert each.level == 0, "imports are absolute"
            assert each.module is not None
            yield from (f"{each.module}.{alias.name}" for alias in each.names)


def imports(path: Path) -> set[str]:
    return set(imported(ast.parse(path.read_text(encoding="utf-8"))))


def imports_on_loading(path: Path) -> set[str]:
    """Those outside of functions and of `if TYPE_CHECKING`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    outside = [
        node
        for node in tree.body
        if not isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    ]
    return {name for node in outside for name in imported(node)}


def ours(names: set[str]) -> set[str]:
    return {name.split(".")[1] for name in names if name.startswith("tilebake.")} & set(LAYERS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_run_one_way(path: Path) -> None:
    here = layer(path)
    if here is None:
        return
    allowed = {name for name in LAYERS[: LAYERS.index(here) + 1] if (here, name) not in APART}
    assert ours(imports(path)) <= allowed


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_only_paint_knows_the_model_libraries(path: Path) -> None:
    allowed = {"paint": MODEL_LIBRARIES, "models": {"safetensors"}}.get(layer(path) or "", set[str]())
    roots = {name.split(".")[0] for name in imports(path)}
    assert roots & MODEL_LIBRARIES <= allowed


# What a --help imports; the rest of cli is imported once a command line is parsed.
LIGHT = [
    PACKAGE / "__init__.py",
    PACKAGE / "errors.py",
    *(PACKAGE / "cli" / "commands").glob("*.py"),
    *(
        PACKAGE / "cli" / f"{name}.py"
        for name in (
            "__init__",
            "options",
            "setting_options",
            "edit_options",
            "help_sections",
            "verbose",
            "interrupt",
        )
    ),
]


@pytest.mark.parametrize("path", LIGHT, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_help_modules_load_nothing_heavy(path: Path) -> None:
    roots = {name.split(".")[0] for name in imports_on_loading(path)}
    assert not roots & {*MODEL_LIBRARIES, "numpy", "PIL", "pydantic", "rich"}
    assert not ours(imports_on_loading(path)) & {"paint", "serve", "request"}


def loaded(*arguments: str) -> set[str]:
    """The top-level packages that a command line has imported by its end."""
    script = (
        "import sys; from tilebake.cli import run_command_line; run_command_line(sys.argv[1:]);"
        "print('LOADED', *sorted({name.split('.')[0] for name in sys.modules}))"
    )
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    return set(done.stdout.rpartition("LOADED")[2].split())


def test_help_imports_nothing_heavy() -> None:
    """Every command's --help, one after the other in one process."""
    script = (
        "import sys, click; from tilebake.cli import run_command_line, tilebake\n"
        "def show(command, *path):\n"
        "    run_command_line([*path, '--help'])\n"
        "    if isinstance(command, click.Group):\n"
        "        context = click.Context(command)\n"
        "        for name in command.list_commands(context):\n"
        "            show(command.get_command(context, name), *path, name)\n"
        "show(tilebake)\n"
        "print('LOADED', *sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.count("Usage:") > 15
    modules = set(done.stdout.rpartition("LOADED")[2].split())
    assert not modules & {*MODEL_LIBRARIES, "numpy", "PIL", "pydantic", "rich"}


def test_version_imports_nothing_heavy() -> None:
    assert not loaded("--version") & {*MODEL_LIBRARIES, "numpy", "PIL", "pydantic", "rich"}


def test_the_masks_are_shown_without_a_model_library(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(
        '{"tilebake": 1, "terrains": {"grass": "grass"}, "legend": {"g": "grass"}, "rows": ["gg"]}',
        encoding="utf-8",
    )
    out = tmp_path / "masks.png"
    modules = loaded("show", "masks", str(tmp_path / "one.json"), "--out", str(out))
    assert out.is_file()
    assert not modules & (MODEL_LIBRARIES - {"safetensors"})  # its reader checks a model's files


def test_prompts_are_shown_without_torch(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(
        '{"tilebake": 1, "terrains": {"grass": "grass"}, "legend": {"g": "grass"}, "rows": ["gg"]}',
        encoding="utf-8",
    )
    modules = loaded("show", "prompts", str(tmp_path / "one.json"))
    assert not modules & (MODEL_LIBRARIES - {"safetensors", "tokenizers"})


def test_looking_at_file_names_loads_no_reader() -> None:
    script = (
        "import sys; from tilebake.level.map_names import may_be_map; assert may_be_map('a.json');"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert not set(done.stdout.split()) & {*MODEL_LIBRARIES, "numpy", "pydantic", "json"}
