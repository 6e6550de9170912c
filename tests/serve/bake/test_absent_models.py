"""A model that is not on this machine: record and map say whether a texture is up to date."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tilebake.request import Baker, BakeRequest, Step
from tilebake.serve.bake.batch import Baked, Failed, Planned, bake_maps, survey
from tilebake.serve.bake.discover import find_maps
from tilebake.serve.bake.plan import BakeOptions, PlannedBake
from tilebake.texture import Texture

MAP = {
    "tilebake": 1,
    "tile_size": 8,
    "terrains": {"grass": "grass"},
    "legend": {"g": "grass"},
    "rows": ["ggg"],
}
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


def check(game: Path) -> PlannedBake:
    (event,) = survey(find_maps([game]), BakeOptions(), trusts_records=True)
    assert isinstance(event, Planned)
    return event.job


def remove(game: Path) -> None:
    shutil.rmtree(game / "models")


def point(game: Path) -> None:
    weights = game / "models" / "painterly" / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_text(POINTER, encoding="ascii")


def remove_lora(game: Path) -> None:
    (game / "moss.safetensors").unlink()


@pytest.fixture
def game(tmp_path: Path, tiny_sdxl_folder: Path, texture_of: Callable[[BakeRequest], Texture]) -> Path:
    """A baked map of a project with a model and a LoRA of its own."""

    def baker_for(_job: PlannedBake) -> Baker:
        return lambda request, _on_step: texture_of(request)

    def ignore(_step: Step) -> None:
        return

    shutil.copytree(tiny_sdxl_folder, tmp_path / "models" / "painterly")
    header = b"{}"
    (tmp_path / "moss.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    (tmp_path / "tilebake.toml").write_text(
        'model = "models/painterly"\nloras = ["moss.safetensors"]\n', encoding="utf-8"
    )
    (tmp_path / "lake.json").write_text(json.dumps(MAP), encoding="utf-8")
    events = [*bake_maps(find_maps([tmp_path / "lake.json"]), BakeOptions(), baker_for, ignore)]
    assert isinstance(events[-1], Baked)
    return tmp_path / "lake.json"


@pytest.mark.parametrize(
    ("make_absent", "names"),
    [
        (remove, ("models/painterly",)),
        (point, ("models/painterly",)),
        (remove_lora, ("moss.safetensors",)),
    ],
)
def test_record_and_map_suffice_where_the_model_is_not_there(
    game: Path, make_absent: Callable[[Path], None], names: tuple[str, ...]
) -> None:
    make_absent(game.parent)
    job = check(game)
    assert (job.stale, job.uncompared) == (None, names)
    game.write_text(json.dumps({**MAP, "seed": 5}), encoding="utf-8")
    assert check(game).stale is not None


def test_a_file_beside_the_model_is_named_where_it_is_not_there(game: Path) -> None:
    for text in (
        '[settings]\nvae = "vaes/soft.safetensors"\n',
        '[embeddings]\nlush = "vaes/soft.safetensors"\n',
    ):
        (game.parent / "tilebake.toml").write_text('model = "models/painterly"\n' + text, encoding="utf-8")
        assert check(game).uncompared == ("vaes/soft.safetensors",)


def test_an_image_encoder_is_named_where_its_adapter_is_there(game: Path) -> None:
    header = b'{"ip_adapter.1":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},' + (
        b'"image_proj.proj.weight":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}'
    )
    folder = game.parent / "adapters"
    folder.mkdir()
    (folder / "a.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + b"xx")
    Image.new("RGB", (4, 4)).save(game.parent / "mood.png")
    settings = {"ip_adapter": "adapters/a.safetensors"}
    game.write_text(json.dumps({**MAP, "reference": "mood.png", "settings": settings}), encoding="utf-8")
    assert check(game).uncompared == ("adapters/image_encoder",)


def test_another_model_than_the_recorded_one_makes_a_texture_stale(game: Path) -> None:
    remove(game.parent)
    (game.parent / "tilebake.toml").write_text(
        'model = "models/pixelart"\nloras = ["moss.safetensors"]\n', encoding="utf-8"
    )
    assert check(game).stale is not None


def test_a_map_that_was_never_baked_is_stale_without_its_model_too(game: Path) -> None:
    remove(game.parent)
    for file in game.parent.glob("lake.*"):
        if file != game:
            file.unlink()
    assert check(game).stale == "not baked yet"


def test_what_is_to_be_painted_needs_its_model(game: Path) -> None:
    remove(game.parent)
    (event,) = survey(find_maps([game]), BakeOptions())
    assert isinstance(event, Failed)
    assert "models fetch models/painterly" in str(event.error)
