"""Hostile things that are thrown at a running watch and at a batch, one after another; no test itself.

Each is put into a project where good maps are painted meanwhile. Where it is a map, it is told as failed, or
painted; where it lies in the way of everything, such as a broken tilebake.toml, it is taken away again.
"""

import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

GOOD: dict[str, Any] = {
    "tilebake": 1,
    "tile_size": 16,
    "base_prompt": "top-down map",
    "terrains": {"grass": "lush green grass", "water": "deep blue water"},
    "legend": {"g": "grass", "w": "water"},
    "rows": ["ggwg", "gwwg", "gggg"],
    "settings": {"pixels_per_tile": 16, "steps": 1},
}
HUGE = 200 << 30  # bytes of a sparse file
TOML = 'maps = ["levels"]\n'
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\xff\xff\xff\xff\0\0\0\4IDATxxxx\0\0\0\0"


class Hostile(NamedTuple):
    """One thing: how it is thrown, how it is taken away again, and which map is to tell of it."""

    name: str
    throw: Callable[[Path], object]  # into the project's root
    undo: Callable[[Path], object] | None = None  # before the next good map is saved
    told: str | None = (
        None  # the id of the map that fails, or some words that are said; None: nothing need be
    )
    is_short: bool = False  # among those that every run of the tests throws
    is_for_batch: bool = True


def content(**changes: object) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


def _at(place: str, make: Callable[[Path], object]) -> Callable[[Path], object]:
    """Make something at a place in the project."""
    return lambda root: make(root / place)


def _written(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def all_hostile() -> tuple[Hostile, ...]:
    """Everything, in the order in which it is thrown."""
    return (*_contents(), *_names(), *_files(), *_models(), *_project_files(), *_damages(), *_surroundings())


def _map(name: str, data: bytes, *, is_short: bool = False) -> Hostile:
    path = f"levels/bad {name}.json"
    return Hostile(f"a map: {name}", _at(path, _written(data)), told=path, is_short=is_short)


def _contents() -> Iterator[Hostile]:
    whole = content()
    many = "".join(f'"t{i}": "grass", ' for i in range(20_000))
    texts: Mapping[str, bytes] = {
        "empty": b"",
        "cut short": whole[:-9],
        "with NULs": whole.replace(b"lush", b"lu\0sh"),
        "no UTF-8": whole.replace(b"lush", b"lu\xffsh"),
        "deeply nested": b'{"tilebake": 1, "rows": ' + b"[" * 200_000,
        "a number of 400 digits": whole.replace(b'"steps": 1', b'"steps": 1' + b"0" * 400),
        "an endless number": whole.replace(b'"tile_size": 16', b'"tile_size": 1e999'),
        "NaN": whole.replace(b'"tile_size": 16', b'"tile_size": NaN'),
        "half a sign": whole.replace(b"lush", rb"\ud800"),
        "a key twice": whole[:-1] + b', "rows": ["gg"]}',
        "no list": content(rows=7),
        "no object": content(terrains=3),
        "an unknown terrain": content(rows=["gx"]),
        "a vast output": content(tile_size=1024, rows=["g" * 100] * 100),
        "a vast canvas": content(tile_size=8, rows=["g" * 600] * 600),
        "a stray tile": content(rows=None, legend=None, cells=[[0, 0, "grass"], [5000, 5000, "grass"]]),
        "an open bracket": content(terrains={"grass": "((moss", "water": "water"}),
        "no such model": content(model="nowhere/to be found"),
        "a NUL in a model": content(model="a\0b"),
        "a NUL in a LoRA": content(loras=["a\0b.safetensors"]),
        "ragged rows": content(rows=["ggg", "g"]),
        "a negative seed": content(seed=-1),
        "a seed beyond all": content(seed=10**30),
        "steps beyond all": content(settings={"steps": 10**9}),
        "no pixels": content(settings={"pixels_per_tile": 0}),
        "of another version": content(tilebake=99),
        "UTF-16": json.dumps(GOOD).encode("utf-16"),
        "an edit of no word": content(edit={"rewrites": {"lava": {"prompt": "x"}}}),
        "an unknown key": content(stepps=3),
        "many terrains": whole.replace(b'"terrains": {', b'"terrains": {' + many.encode()),
    }
    short = {"with NULs", "deeply nested", "a vast output"}
    for name, data in texts.items():
        yield _map(name, data, is_short=name in short)


def _names() -> Iterator[Hostile]:
    names = {
        "no UTF-8": (b"levels/\xff.json", "./levels/\\xff.json"),
        "a line": (b"levels/bad\nerror: forged.json", None),
        "an escape": (b"levels/bad\x1b]0;title\x07.json", None),
        "as long as can be": (b"levels/" + b"x" * 250 + b".json", None),
        "of a device": (b"levels/CON.json", None),
        "right to left": ("levels/bad\u202egnp.json".encode(), None),
        "of an option": (b"levels/-rf.json", None),
        "a space": (b"levels/ .json", None),
    }
    for name, (path, told) in names.items():

        def throw(root: Path, path: bytes = path) -> None:
            Path(os.fsdecode(os.fsencode(root) + b"/" + path)).write_bytes(content())

        yield Hostile(f"a name: {name}", throw, told=told, is_short=name == "no UTF-8")


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(HUGE)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        here = Path.cwd()
        os.chdir(path.parent)  # for such paths may not be long
        try:
            bound.bind(path.name)
        finally:
            os.chdir(here)


def _files() -> Iterator[Hostile]:
    kinds: Mapping[str, tuple[Callable[[Path], object], bool]] = {
        "a pipe": (os.mkfifo, True),
        "endless": (lambda path: path.symlink_to("/dev/zero"), True),
        "sparse": (_sparse, False),
        "a socket": (_socket, True),
        "a circle": (lambda path: path.symlink_to(path), False),
        "a link to nothing": (lambda path: path.symlink_to("nothing"), False),
        "a folder": (Path.mkdir, False),
        "memory": (lambda path: path.symlink_to("/proc/self/mem"), True),
        "a device": (lambda path: path.symlink_to("/dev/null"), False),
    }
    for name, (make, is_told) in kinds.items():
        path = f"levels/bad file {name}.json"
        yield Hostile(
            f"in a map's place: {name}",
            _at(path, make),
            told=path if is_told else None,
            is_short=name in ("a pipe", "endless"),
        )
    yield Hostile("a folder that leads into itself", _at("levels/loop", lambda path: path.symlink_to(".")))
    yield Hostile("a link out of the project", _at("levels/out", lambda path: path.symlink_to("/etc")))


def _header(text: bytes) -> bytes:
    return len(text).to_bytes(8, "little") + text


def _models() -> Iterator[Hostile]:
    infinite = b'{"lora":{"dtype":"F32","shape":[1],"data_offsets":[0,1e999]}}'
    loras: Mapping[str, Callable[[Path], object]] = {
        "empty": lambda path: path.write_bytes(b""),
        "with an endless offset": lambda path: path.write_bytes(_header(infinite)),
        "with a header beyond its end": lambda path: path.write_bytes(b"\xff" * 64),
        "with a list for a header": lambda path: path.write_bytes(_header(b"[[[]]]")),
        "deeply nested": lambda path: path.write_bytes(_header(b"[" * 100_000)),
        "sparse": _sparse,
        "a pipe": os.mkfifo,
        "endless": lambda path: path.symlink_to("/dev/zero"),
        "a folder": Path.mkdir,
        "a pickle": lambda path: path.write_bytes(b"\x80\x04."),
    }
    for name, make in loras.items():
        yield _with_model(f"a LoRA: {name}", make, "x.safetensors", is_lora=True)
    models: Mapping[str, Callable[[Path], object]] = {
        "empty": Path.mkdir,
        "a list": lambda path: _model(path, b"[]"),
        "of NULs": lambda path: _model(path, b"\0" * 4096),
        "of another kind": lambda path: _model(path, b'{"_class_name": "Other"}'),
        "with endless advice": lambda path: _model(path, b"{}", b'{"guidance_scale": 1' + b"0" * 400 + b"}"),
        "of a pipe": lambda path: (path.mkdir(), os.mkfifo(path / "model_index.json")),
        "of a sparse file": lambda path: (path.mkdir(), _sparse(path / "model_index.json")),
    }
    for name, make in models.items():
        yield _with_model(f"a model: {name}", make, "model", is_lora=False)


def _model(path: Path, index: bytes, advice: bytes = b"{}") -> None:
    path.mkdir()
    (path / "model_index.json").write_bytes(index)
    (path / "tilebake.json").write_bytes(advice)


def _with_model(name: str, make: Callable[[Path], object], file: str, *, is_lora: bool) -> Hostile:
    stem = name.replace(":", "")
    path, model = f"levels/bad {stem}.json", f"{stem} {file}"

    def throw(root: Path) -> None:
        make(root / model)
        changes: dict[str, object] = {"loras": [model]} if is_lora else {"model": model}
        (root / path).write_bytes(content(**changes))

    return Hostile(name, throw, told=path, is_short="offset" in name or "advice" in name)


def _project_files() -> Iterator[Hostile]:
    texts: Mapping[str, tuple[bytes, bool]] = {
        "a NUL in the output": (b'maps = ["levels"]\noutput = "a\\u0000b"\n', True),
        "a NUL in the maps": (b'maps = ["a\\u0000b"]\n', True),
        "a key of many parts": (b"a" + b".a" * 30_000 + b" = 1\n", True),
        "no UTF-8": (b'maps = ["\xff"]\n', True),
        "too long": (b"#" * (3 << 20), True),
        "no such key": (b"stepps = 1\n", True),
        "an output outside": (b'maps = ["levels"]\noutput = "../.."\n', True),
        "a model that is a number": (b'maps = ["levels"]\nmodel = 7\n', True),
        "maps that are nowhere": (b'maps = ["levels", "nowhere"]\n', False),
        "a tilde": (b'maps = ["levels"]\noutput = "~nobody/x"\n', False),
    }
    for name, (data, is_told) in texts.items():
        yield Hostile(
            f"tilebake.toml: {name}",
            _at("tilebake.toml", _written(data)),
            _restore,
            "tilebake.toml" if is_told else None,
            is_short=name in ("a NUL in the output", "a key of many parts"),
            is_for_batch=False,
        )
    kinds: Mapping[str, Callable[[Path], object]] = {
        "a pipe": os.mkfifo,
        "a folder": Path.mkdir,
        "endless": lambda path: path.symlink_to("/dev/zero"),
        "sparse": _sparse,
    }
    for name, make in kinds.items():

        def throw(root: Path, make: Callable[[Path], object] = make) -> None:
            (root / "tilebake.toml").unlink()
            make(root / "tilebake.toml")

        yield Hostile(f"tilebake.toml: {name}", throw, _restore, is_for_batch=False)


def _restore(root: Path) -> None:
    _remove(root / "tilebake.toml")
    (root / "tilebake.toml").write_text(TOML, encoding="utf-8")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _damages() -> Iterator[Hostile]:
    """What happens to the texture and the record of a good map, which is then to be painted all the same."""
    kinds: Mapping[str, Callable[[Path], object]] = {
        "of a broken chunk": lambda path: path.write_bytes(PNG),
        "cut short": lambda path: path.write_bytes(path.read_bytes()[:40] if path.exists() else b""),
        "sparse": _sparse,
        "a pipe": lambda path: (_remove(path), os.mkfifo(path)),
        "endless": lambda path: (_remove(path), path.symlink_to("/dev/zero")),
        "a circle": lambda path: (_remove(path), path.symlink_to(path.name)),
        "a folder": lambda path: (_remove(path), path.mkdir()),
        "deeply nested": lambda path: path.write_bytes(b"[" * 200_000),
    }
    for ending in (".png", ".bake.json"):
        for name, make in kinds.items():
            file = f"levels/good00{ending}"
            yield Hostile(
                f"{ending}: {name}",
                _at(file, make),
                _at(file, _remove),
                is_short=(ending, name) in ((".png", "sparse"), (".png", "of a broken chunk")),
                is_for_batch=False,
            )


def _surroundings() -> Iterator[Hostile]:
    stage = "levels/.tilebake-00000000-99999999999999999999-00000000"
    yield Hostile("a stage of no process", _at(stage, Path.mkdir), is_short=True)
    yield Hostile("a file in a stage's place", _at(f"{stage[:-1]}1", _written(b"x")))
    yield Hostile("an ignored folder", _at("levels/ignored", _ignored))
    yield Hostile("a deep folder", _at("levels/" + "d/" * 200, lambda path: path.mkdir(parents=True)))


def _ignored(folder: Path) -> None:
    folder.mkdir()
    os.mkfifo(folder / ".gdignore")
    (folder / "bad.json").write_bytes(b"{")
