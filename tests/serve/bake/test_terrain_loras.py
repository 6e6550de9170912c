"""A terrain's LoRAs from tilebake.toml and maps to the request: looked up, digested, refused by name."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from tilebake.cli import run_command_line
from tilebake.errors import MapError, ModelError, ProjectError, TilebakeError
from tilebake.level.terrain import TerrainLora
from tilebake.request import Baker, BakeRequest, Step
from tilebake.serve.bake.batch import Baked, bake_maps
from tilebake.serve.bake.discover import find_maps
from tilebake.serve.bake.plan import BakeOptions, PlannedBake, Planner
from tilebake.serve.owners.ownership import read_record
from tilebake.texture import Texture

LAYER = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q"
MAP = {"tilebake": 1, "tile_size": 8, "legend": {"s": "stone", "w": "water"}, "rows": ["sss", "sww"]}
PROJECT = """
[terrains.stone]
prompt = "grey stone"
loras = ["loras/stone.safetensors", { path = "loras/ink.safetensors", weight = 0.5 }]

[terrains]
water = "deep water"
"""
NONE = PROJECT.replace("loras = ", "# ")


def save(path: Path, *parts: str, layer: str = LAYER, fill: float = 1.0) -> Path:
    path.parent.mkdir(exist_ok=True)
    names = parts or ("lora_down.weight", "lora_up.weight")
    save_file({f"{layer}.{part}": np.full((2, 2), fill, np.float32) for part in names}, path)
    return path


@pytest.fixture
def game(tmp_path: Path) -> Path:
    """A project with a map, whose stone has two LoRAs."""
    save(tmp_path / "loras" / "stone.safetensors")
    save(tmp_path / "loras" / "ink.safetensors", fill=2.0)
    (tmp_path / "tilebake.toml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "cliff.json").write_text(json.dumps(MAP), encoding="utf-8")
    return tmp_path


def plan(game: Path, *, trusts_records: bool = False) -> PlannedBake:
    return Planner(BakeOptions(), trusts_records=trusts_records).plan(game / "cliff.json", Path("cliff.json"))


def loras_of(game: Path, name: str = "stone") -> tuple[TerrainLora, ...]:
    (found,) = [each for each in plan(game).request.tilemap.terrains if each.name == name]
    return found.loras


def write_map(game: Path, **keys: object) -> None:
    (game / "cliff.json").write_text(json.dumps({**MAP, **keys}), encoding="utf-8")


def digest(game: Path) -> str:
    return plan(game).request.digest()


def test_a_terrains_loras_are_looked_up_beside_the_models(game: Path) -> None:
    stone, ink = loras_of(game)
    assert (Path(stone.path), stone.weight) == (game / "loras" / "stone.safetensors", 1.0)
    assert (Path(ink.path).name, ink.weight, len(ink.digest)) == ("ink.safetensors", 0.5, 64)
    assert loras_of(game, "water") == ()
    request = plan(game).request
    assert request.loras == (), "the model is loaded without them"


def test_a_maps_own_take_the_place_of_the_projects(game: Path) -> None:
    write_map(game, terrains={"stone": {"loras": [{"path": "loras/ink.safetensors", "weight": 1}]}})
    assert [(Path(each.path).name, each.weight) for each in loras_of(game)] == [("ink.safetensors", 1.0)]
    write_map(game, terrains={"stone": {"loras": []}})
    assert loras_of(game) == ()


def test_a_digest_counts_contents_and_weights_of_terrains_that_are_there(game: Path) -> None:
    before = digest(game)
    save(game / "loras" / "stone.safetensors", fill=3.0)
    assert digest(game) != before
    save(game / "loras" / "stone.safetensors")
    assert digest(game) == before
    (game / "loras" / "ink.safetensors").rename(game / "loras" / "pen.safetensors")
    toml = game / "tilebake.toml"
    toml.write_text(PROJECT.replace("ink", "pen"), encoding="utf-8")
    assert digest(game) == before, "names do not count"
    toml.write_text(PROJECT.replace("ink", "pen").replace("0.5", "0.6"), encoding="utf-8")
    assert digest(game) != before
    write_map(game, rows=["www", "www"])
    without = digest(game)
    toml.write_text(NONE, encoding="utf-8")
    assert digest(game) == without, "no tile is of stone"


def test_a_lora_that_changed_is_noticed(game: Path) -> None:
    planner = Planner(BakeOptions())
    planner.plan(game / "cliff.json", Path("cliff.json"))
    assert not planner.models.is_outdated()
    save(game / "loras" / "ink.safetensors", fill=3.0)
    assert planner.models.is_outdated()


MISTAKES: dict[str, tuple[Callable[[Path], object], type[TilebakeError], str]] = {
    "absent": (
        lambda game: (game / "loras" / "ink.safetensors").unlink(),
        ModelError,
        r'ink.safetensors: LoRA of the terrain "stone": there is no such LoRA file',
    ),
    "a LoHa": (
        lambda game: save(game / "loras" / "ink.safetensors", "hada_w1_a", "hada_w1_b"),
        ModelError,
        r'terrain "stone": is of the format LoHa.*"loras" of the map',
    ),
    "a DoRA": (
        lambda game: save(game / "loras" / "ink.safetensors", "lora_down.weight", "dora_scale"),
        ModelError,
        "is of the format DoRA",
    ),
    "a LoCon": (
        lambda game: save(
            game / "loras" / "ink.safetensors", layer="lora_unet_down_blocks_0_resnets_0_conv1"
        ),
        ModelError,
        "has layers outside of attention, such as 'lora_unet_down_blocks_0_resnets_0_conv1",
    ),
    "for few steps": (
        lambda game: (game / "tilebake.toml").write_text(
            PROJECT.replace("ink", save(game / "loras" / "lightning_4step.safetensors").stem),
            encoding="utf-8",
        ),
        ModelError,
        "changes how many steps the whole picture takes",
    ),
    "a checkpoint": (
        lambda game: save(game / "loras" / "ink.safetensors", layer="model.diffusion_model.x"),
        ModelError,
        "is no LoRA",
    ),
    "outside of the project": (
        lambda game: (game / "tilebake.toml").write_text(
            PROJECT.replace("loras/ink", "../ink"), encoding="utf-8"
        ),
        ProjectError,
        r"loras\[1\]\.path.*leads outside the project",
    ),
    "a name alone": (
        lambda game: write_map(game, terrains={"stone": {"loras": "loras/ink.safetensors"}}),
        MapError,
        r"\$\.terrains\.stone\.loras",
    ),
    "an unknown key": (
        lambda game: write_map(game, terrains={"stone": {"lora": "loras/ink.safetensors"}}),
        MapError,
        'did you mean "loras"',
    ),
}


@pytest.mark.parametrize(("spoil", "kind", "what"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistakes_are_told_with_their_place(
    game: Path, spoil: Callable[[Path], object], kind: type[TilebakeError], what: str
) -> None:
    spoil(game)
    with pytest.raises(kind, match=what) as caught:
        plan(game)
    assert caught.value.hint


def test_a_record_names_them_and_suffices_where_they_are_not_there(
    game: Path, texture_of: Callable[[BakeRequest], Texture]
) -> None:
    def baker_for(_job: PlannedBake) -> Baker:
        return lambda request, _on_step: texture_of(request)

    def ignore(_step: Step) -> None:
        return

    events = [*bake_maps(find_maps([game / "cliff.json"]), BakeOptions(), baker_for, ignore)]
    assert isinstance(events[-1], Baked)
    record: Any = read_record(game / "cliff.png")
    listed = record["model"]["terrain_loras"]
    assert [(each["terrain"], each["name"], each["weight"]) for each in listed] == [
        ("stone", "stone.safetensors", 1.0),
        ("stone", "ink.safetensors", 0.5),
    ]
    (game / "loras" / "ink.safetensors").unlink()
    job = plan(game, trusts_records=True)
    assert (job.stale, job.uncompared) == (None, ("loras/ink.safetensors",))
    save(game / "loras" / "ink.safetensors", fill=3.0)
    assert plan(game).stale == "the LoRAs of terrains changed"


def test_models_info_says_whether_a_lora_can_be_one_terrains(
    game: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(file: Path) -> str:
        assert run_command_line(["models", "info", str(file), "--json"]) == 0
        return json.loads(capsys.readouterr().out)["per_terrain"]

    assert told(game / "loras" / "stone.safetensors") == "yes"
    loha = save(game / "loras" / "loha.safetensors", "hada_w1_a", "hada_w1_b")
    assert told(loha) == "no: it is of the format LoHa, where a terrain takes plain LoRAs"
