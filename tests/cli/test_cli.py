"""The command line, as a user types it."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tilebake.cli import run_command_line
from tilebake.cli.options import parse_lora
from tilebake.cli.terminal.progress_bar import ProgressBar
from tilebake.errors import BusyError
from tilebake.level.terrain import LoraRef
from tilebake.request import Step


def opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        picture.load()
    return picture


def objects(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_bake_paints_every_map_once(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["bake", "maps", *tiny]) == 0
    assert capsys.readouterr().out.splitlines() == [
        str(Path("maps") / f"{n}.png") for n in ("forest", "river")
    ]
    assert opened(maps / "forest.png").size == (48, 32)
    assert run_command_line(["bake", "maps", *tiny]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "2 up to date" in told.err


def test_a_bake_prints_one_json_object_a_line(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (maps / "broken.json").write_text('{"tilebake": 1,\n  "rows": [}', encoding="utf-8")
    assert run_command_line(["bake", "maps", "--json", *tiny]) == 1
    told = capsys.readouterr()
    failed, *baked = objects(told.out)
    assert [each["status"] for each in (failed, *baked)] == ["failed", "baked", "baked"]
    assert baked[0]["size"] == [48, 32]
    assert isinstance(failed["error"], dict)
    assert failed["error"]["file"] == str(Path("maps") / "broken.json")
    assert failed["error"]["line"] == 2
    assert "Traceback" not in told.err


def test_what_was_painted_once_comes_from_the_cache(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    def bake(*options: str) -> dict[str, object]:
        assert run_command_line(["bake", "maps/forest.json", "--json", *options, *tiny]) == 0
        return objects(capsys.readouterr().out)[0]

    assert bake("--no-cache")["cached"] is False
    assert bake("--out", "a.png")["cached"] is False
    assert bake("--out", "b.png")["cached"] is True
    assert bake("--out", "b.png", "--force")["cached"] is False
    assert (maps.parent / "a.png").read_bytes() == (maps.parent / "b.png").read_bytes()


@pytest.mark.usefixtures("maps")
def test_a_cache_that_cannot_keep_is_reported_once(
    tiny: list[str], private_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (private_cache / "textures").write_bytes(b"")
    assert run_command_line(["bake", "maps", *tiny]) == 0
    told = capsys.readouterr()
    assert told.err.count("nothing is kept in the cache") == 1
    assert len(told.out.splitlines()) == 2


@pytest.mark.usefixtures("maps")
def test_the_cache_is_shown_and_emptied(tiny: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["bake", "maps", *tiny]) == 0
    capsys.readouterr()
    assert run_command_line(["cache", "info", "--json"]) == 0
    full = objects(capsys.readouterr().out)[0]
    assert (full["textures"], full["limit"]) == (2, 2 << 30)
    assert run_command_line(["cache", "info"]) == 0
    assert "2.0 GiB" in capsys.readouterr().out
    assert run_command_line(["cache", "prune", "--json"]) == 0
    assert objects(capsys.readouterr().out)[0]["removed"] == 0
    assert run_command_line(["cache", "prune", "--max-size", "0", "--json"]) == 0
    emptied = {"removed": 2, "freed": full["size"], "textures": 0, "size": 0}
    no_windows = dict.fromkeys(("windows_removed", "windows_freed", "windows", "windows_size"), 0)
    assert objects(capsys.readouterr().out) == [emptied | no_windows]


def test_a_busy_project_exits_with_75(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def busy() -> None:
        raise BusyError("another tilebake is at work in this project: process 7")

    monkeypatch.setattr("tilebake.cli.run.cache.user_cache", busy)
    assert run_command_line(["cache", "info"]) == 75
    assert capsys.readouterr().err == "error: another tilebake is at work in this project: process 7\n"


def test_a_check_distinguishes_stale_from_up_to_date(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["bake", "maps", "--check", *tiny]) == 3
    assert not list(maps.glob("*.png"))
    assert run_command_line(["bake", "maps/river.json", *tiny]) == 0
    capsys.readouterr()
    assert run_command_line(["bake", "maps", "--check", "--json", *tiny]) == 3
    assert [each["status"] for each in objects(capsys.readouterr().out)] == ["stale", "up_to_date"]
    assert run_command_line(["bake", "maps/river.json", "--check", *tiny]) == 0
    assert run_command_line(["bake", "maps/river.json", "--check", "--seed", "9", *tiny]) == 3


def test_a_number_type_that_is_named_is_painted_in_and_any_other_serves_whoever_names_none(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    def painted_in(*options: str) -> str:
        assert run_command_line(["bake", "maps/forest.json", *tiny, *options]) == 0
        assert "cache" not in capsys.readouterr().out
        return json.loads((maps / "forest.bake.json").read_text(encoding="utf-8"))["environment"]["dtype"]

    assert painted_in("--dtype", "bfloat16") == "bfloat16"
    assert painted_in() == "bfloat16"
    assert run_command_line(["bake", "maps/forest.json", *tiny, "--dtype", "float32", "--check"]) == 3
    assert "painted in bfloat16, and float32 is asked for" in capsys.readouterr().err
    assert painted_in("--dtype", "float32") == "float32"
    assert run_command_line(["bake", "maps/forest.json", *tiny, "--check"]) == 0


def test_a_check_of_a_broken_map_fails(maps: Path, tiny: list[str]) -> None:
    (maps / "river.json").write_text("", encoding="utf-8")
    assert run_command_line(["bake", "maps/river.json", "--check", *tiny]) == 1


@pytest.mark.usefixtures("maps")
def test_shards_bake_their_share(tiny: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for shard, name in (("1/2", "forest"), ("2/2", "river")):
        assert run_command_line(["bake", "maps", "--shard", shard, "--check", "--json", *tiny]) == 3
        assert [each["map"] for each in objects(capsys.readouterr().out)] == [
            str(Path("maps") / f"{name}.json")
        ]


@pytest.mark.usefixtures("maps")
def test_a_share_without_a_map_says_so(tiny: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["bake", "maps", "--shard", "3/4", "--json", *tiny]) == 0
    told = capsys.readouterr()
    assert objects(told.out) == [{"status": "no_maps", "share": "3/4", "maps": 2}]
    assert told.err.startswith("no map in share 3 of 4: there are only 2\n")


@pytest.mark.usefixtures("maps")
def test_a_check_names_the_setting_that_changed(tiny: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["bake", "maps/forest.json", "--steps", "1", *tiny]) == 0
    capsys.readouterr()
    assert run_command_line(["bake", "maps/forest.json", "--check", "--steps", "2", *tiny]) == 3
    assert "is stale: steps is 2, was 1\n" in capsys.readouterr().err


def test_without_paths_the_projects_maps_are_baked(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (maps.parent / "tilebake.toml").write_text('maps = ["maps"]\noutput = "baked"\n', encoding="utf-8")
    assert run_command_line(["bake", "--check", *tiny]) == 3
    assert str(Path("baked") / "maps" / "forest.png") in capsys.readouterr().err


def test_a_picture_goes_where_it_is_asked_to(maps: Path, tiny: list[str]) -> None:
    assert run_command_line(["bake", "maps/forest.json", "--out", "here/it.png", *tiny]) == 0
    assert opened(maps.parent / "here" / "it.png").mode == "RGB"
    assert (maps.parent / "here" / "it.bake.json").is_file()


@pytest.mark.parametrize(
    ("rows", "arguments", "mode"),
    [
        (["ggw", "gw."], [], "RGBA"),
        (["ggw", "gw."], ["--no-transparent"], "RGB"),
        (["ggw", "gww"], ["--transparent"], "RGB"),
        (["...", "..."], [], "RGB"),
    ],
    ids=["an empty cell", "the base prompt in it", "a full map", "a map without a tile"],
)
def test_a_picture_is_transparent_where_its_map_has_no_tile(
    rows: list[str], arguments: list[str], mode: str, maps: Path, tiny: list[str]
) -> None:
    forest = json.loads((maps / "forest.json").read_text(encoding="utf-8"))
    (maps / "forest.json").write_text(json.dumps({**forest, "rows": rows}), encoding="utf-8")
    assert run_command_line(["bake", "maps/forest.json", *arguments, *tiny]) == 0
    assert opened(maps / "forest.png").mode == mode
    settings = json.loads((maps / "forest.bake.json").read_text(encoding="utf-8"))["settings"]
    assert settings["transparent"] is (mode == "RGBA")


def test_generate_paints_a_prompt(maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    size = ["--width", "64", "--height", "72"]
    assert run_command_line(["generate", "grass", *size, "--out", "a.png", *tiny]) == 0
    assert "denoise" in capsys.readouterr().err
    assert run_command_line(["generate", "grass", *size, "--out", "b.png", "--json", *tiny]) == 0
    assert objects(capsys.readouterr().out)[0]["picture"] == "b.png"
    assert run_command_line(["generate", "grass", *size, "--out", "c.png", "--seed", "1", *tiny]) == 0
    first, same, other = (np.asarray(opened(maps.parent / f"{name}.png")) for name in "abc")
    assert first.shape == (72, 64, 3)
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


def test_a_fast_generate_paints_as_large_in_fewer_steps(tmp_path: Path, tiny_sdxl_folder: Path) -> None:
    model = shutil.copytree(tiny_sdxl_folder, tmp_path / "model")
    (model / "tilebake.json").write_text('{"steps": 10}', encoding="utf-8")
    generate = [
        "generate",
        "grass",
        "--width",
        "64",
        "--height",
        "72",
        "--model",
        str(model),
        "--device",
        "cpu",
    ]
    for out, way in {
        "fast": ["--fast"],
        "few": ["--steps", "4"],
        "given": ["--fast", "--steps", "10"],
    }.items():
        assert run_command_line([*generate, *way, "--out", str(tmp_path / f"{out}.png")]) == 0
    fast, few, given = (opened(tmp_path / f"{out}.png") for out in ("fast", "few", "given"))
    assert fast.size == (64, 72)
    assert fast.tobytes() == few.tobytes() != given.tobytes()


def test_show_masks_draws_a_sheet(maps: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["show", "masks", "maps/forest.json"]) == 0
    assert capsys.readouterr().out.splitlines() == ["maps/forest.masks.png"]
    assert opened(maps / "forest.masks.png").width > 300


@pytest.mark.usefixtures("maps")
def test_show_prompts_prints_tokens_and_shapes(tiny: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["show", "prompts", "maps/forest.json", *tiny]) == 0
    table = capsys.readouterr().out
    assert "[1, 77, 80]" in table
    assert "mossy*1.4" in table
    assert run_command_line(["show", "prompts", "maps/forest.json", "--json", *tiny]) == 0
    prompts = objects(capsys.readouterr().out)
    names = ["(base)", "grass", "water", "(negative)", "grass (negative)", "water (negative)"]
    assert [each["prompt"] for each in prompts] == names
    assert prompts[0]["pooled_prompt_embeds"] == [1, 48]


def test_show_attention_draws_a_sheet_and_keeps_the_maps(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--words", "mossy grass,water,map", "--during", "2-3", "--level", "3x2", "--npz", "seen.npz"]
    assert run_command_line(["show", "attention", "maps/forest.json", *words, *tiny]) == 0
    assert capsys.readouterr().out.splitlines() == ["maps/forest.attention.png", "seen.npz"]
    assert opened(maps / "forest.attention.png").height > 3 * 300
    with np.load(maps.parent / "seen.npz") as arrays:
        assert arrays["maps_3x2"].shape == (3, 3, 2, 3)
        assert arrays["terrains"].tolist() == ["grass", "water", "base prompt"]


def test_edit_paints_a_terrain_under_other_words(
    maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["bake", "maps/forest.json", "--out", "baked.png", *tiny]) == 0
    options = ["--replace", "grass", "snow", "--reweight", "snow=2", "--threshold", "0.3", "--average"]
    assert run_command_line(["edit", "maps/forest.json", *options, "--sheet", "sheet.png", *tiny]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["maps/forest.edit.png", "sheet.png"]
    baked, edited = (np.asarray(opened(maps.parent / name)) for name in ("baked.png", "maps/forest.edit.png"))
    assert baked.shape == edited.shape
    assert (baked != edited).any()
    assert opened(maps.parent / "sheet.png").width > 700


def test_edit_paints_a_plain_prompt(maps: Path, tiny: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    size = ["--width", "64", "--height", "72", "--seed", "4"]
    assert (
        run_command_line(
            ["edit", "--prompt", "grass and water", "--refine", "mossy grass and water", *size, *tiny]
        )
        == 0
    )
    assert capsys.readouterr().out.splitlines() == ["edited.png"]
    assert opened(maps.parent / "edited.png").size == (64, 72)


def test_schema_prints_json_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"].startswith("https://json-schema.org")


def test_models_are_listed_and_described(tiny: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["models", "list"]) == 0
    assert capsys.readouterr().out.split()[:3] == ["MODEL", "KIND", "PATH"]
    assert run_command_line(["models", "info", tiny[1], "--json"]) == 0
    described = objects(capsys.readouterr().out)[0]
    assert (described["kind"], described["steps"], described["scheduler"]) == ("folder", 3, "euler")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_a_bake_between_two_steps(name: str, maps: Path, tiny: list[str]) -> None:
    number = signal.Signals[name]
    command = [sys.executable, "-m", "tilebake", "bake", "maps", "--steps", "900", *tiny]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("[1/2]")
        process.send_signal(number)
        told = process.stderr.read()
    assert process.returncode == 128 + number
    assert "Traceback" not in told
    assert {path.name for path in maps.iterdir()} == {"forest.json", "river.json"}


def modules_of(*arguments: str) -> tuple[int, set[str]]:
    """The exit code of a command line, and the packages it has imported by its end."""
    script = (
        "import sys; from tilebake.cli import run_command_line; code = run_command_line(sys.argv[1:]);"
        "print('LOADED', code, *sorted({name.split('.')[0] for name in sys.modules}))"
    )
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    code, *modules = done.stdout.rpartition("LOADED")[2].split()
    return int(code), set(modules)


@pytest.mark.usefixtures("maps")
def test_torch_is_imported_only_to_paint(tiny: list[str]) -> None:
    heavy = {"torch", "diffusers", "transformers"}
    code, modules = modules_of("bake", "maps", "--check", *tiny)
    assert (code, modules & heavy) == (3, set())
    code, modules = modules_of("bake", "maps", *tiny)
    assert (code, modules & heavy) == (0, heavy)
    code, modules = modules_of("bake", "maps", *tiny)
    assert (code, modules & {*heavy, "numpy", "PIL", "rich"}) == (0, set())


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("a.safetensors", LoraRef("a.safetensors", 1.0)),
        ("a.safetensors=0.5", LoraRef("a.safetensors", 0.5)),
        ("a=b.safetensors", LoraRef("a=b.safetensors", 1.0)),
        ("a=b.safetensors=-1", LoraRef("a=b.safetensors", -1.0)),
        ("a=nan", LoraRef("a=nan", 1.0)),
        ("=1", LoraRef("=1", 1.0)),
    ],
)
def test_a_lora_is_a_path_and_perhaps_a_weight(text: str, ref: LoraRef) -> None:
    assert parse_lora(text) == ref


def test_the_bar_lets_others_speak() -> None:
    told: list[str] = []
    bar = ProgressBar()
    bar.say(lambda: told.append("before"))
    bar.start("maps/[forest].json", 1, 2)
    bar.step(Step(1, 4))
    bar.step(Step(2, 4))
    bar.say(lambda: told.append("between"))
    bar.start("maps/river.json", 2, 2)
    bar.close()
    assert told == ["before", "between"]
