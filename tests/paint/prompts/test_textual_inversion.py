"""Textual inversions against diffusers' own loader, and through all that reads words."""

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from tests.conftest import TEXT_WIDTHS
from tilebake.cli import run_command_line
from tilebake.errors import ModelError
from tilebake.facade import bake_map, load_map, load_painter
from tilebake.level.project import find_project
from tilebake.models.added.added_files import AddedFiles
from tilebake.models.lookup import Models
from tilebake.paint.model.load import Components, load
from tilebake.paint.prompts.encode import encode_prompt
from tilebake.paint.prompts.read_prompts import read_prompts
from tilebake.paint.prompts.words import find_word
from tilebake.serve.bake.plan import BakeOptions, Planner

Tensors = dict[str, torch.Tensor]
KEYS = ("clip_l", "clip_g")
NAME = "mossy-style"
PROMPT = f"green {NAME} grass, {NAME.upper()} water of the path"


def vectors(count: int, seed: int = 5) -> Tensors:
    """Vectors for both text encoders, as large as the tiny model's own."""
    noise = torch.Generator().manual_seed(seed)
    return {
        key: torch.randn(count, width, generator=noise) for key, width in zip(KEYS, TEXT_WIDTHS, strict=True)
    }


@pytest.fixture
def save(tmp_path: Path) -> Callable[[Tensors], Path]:
    def write(tensors: Tensors, name: str = "mossy.safetensors") -> Path:
        save_file(tensors, tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def add(tiny_sdxl_folder: Path) -> Callable[..., Components]:
    def load_with(path: Path, name: str = NAME) -> Components:
        added = AddedFiles(embeddings=((name, path),))
        source, _ = Models().model(str(tiny_sdxl_folder), Path(), added)
        return load(source, device="cpu", dtype="float32")

    return load_with


@pytest.mark.parametrize("count", [1, 3])
def test_prompts_are_encoded_as_diffusers_encodes_them(
    count: int,
    save: Callable[[Tensors], Path],
    add: Callable[..., Components],
    tiny_components: Components,
    stock: Callable[[Components, str], Any],
) -> None:
    given = vectors(count)
    components = add(save(given))
    pipeline = copy.deepcopy(stock(tiny_components, "euler"))
    for key, end in zip(KEYS, ("", "_2"), strict=True):
        encoder, tokenizer = (getattr(pipeline, f"{part}{end}") for part in ("text_encoder", "tokenizer"))
        pipeline.load_textual_inversion(given[key], token=NAME, text_encoder=encoder, tokenizer=tokenizer)
    own = encode_prompt(components, PROMPT)
    expected, _, pooled, _ = pipeline.encode_prompt(PROMPT.lower(), do_classifier_free_guidance=False)
    torch.testing.assert_close(own.prompt_embeds, expected, rtol=0, atol=1e-5)
    torch.testing.assert_close(own.pooled_prompt_embeds, pooled, rtol=0, atol=1e-5)
    plain, was = (encode_prompt(each, "green grass") for each in (components, tiny_components))
    torch.testing.assert_close(plain.prompt_embeds, was.prompt_embeds, rtol=0, atol=0)
    second = components.text_encoder_2
    for part in (second, second.text_model):
        setattr(part, "eos_token_id", 2)  # noqa: B010 - as SDXL's own is configured
    as_sdxl = encode_prompt(components, PROMPT)
    torch.testing.assert_close(as_sdxl.pooled_prompt_embeds, own.pooled_prompt_embeds, rtol=0, atol=0)


def test_word_tools_find_all_vectors_of_a_word(
    save: Callable[[Tensors], Path], add: Callable[..., Components]
) -> None:
    components = add(save(vectors(3)))
    prompt = encode_prompt(components, f"lush ({NAME}:1.4) stone")
    assert find_word(prompt, NAME) == (2, 3, 4)
    assert find_word(prompt, "stone") == (5,)
    assert [token.weight for token in prompt.tokens] == [1.0, 1.4, 1.4, 1.4, 1.0]
    with_more = encode_prompt(components, f"{NAME}-like {NAME}d")
    assert len(with_more.tokens) > 2 * 3
    assert all(token.id < components.text_encoder.config.vocab_size for token in with_more.tokens)


BROKEN: dict[str, tuple[Tensors, str]] = {
    "another width": (
        {"clip_l": torch.ones(2, 768), "clip_g": torch.ones(2, 1280)},
        "of 768 numbers; the model's have 32",
    ),
    "other keys": ({"emb": torch.ones(1), "x": torch.ones(1)}, "is no textual inversion: it has emb, x"),
    "Stable Diffusion 1.5's": ({"emb_params": torch.ones(2, 768)}, "one text encoder alone"),
    "other counts": (
        {"clip_l": torch.ones(2, 32), "clip_g": torch.ones(1, 48)},
        "has 2 vectors for one text encoder, and 1 for the other",
    ),
    "too many": ({key: torch.ones(76, 8) for key in KEYS}, r"of shape \[76, 8\]"),
    "no numbers": (
        {"clip_l": torch.full((1, 32), float("nan")), "clip_g": torch.ones(1, 48)},
        "'clip_l' that are not finite",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_does_not_fit_is_refused_by_what_is_wrong_with_it(
    case: str, save: Callable[[Tensors], Path], add: Callable[..., Components]
) -> None:
    tensors, told = BROKEN[case]
    with pytest.raises(ModelError, match=told) as caught:
        add(save(tensors))
    assert "mossy.safetensors" in str(caught.value)
    assert "SDXL" in (caught.value.hint or "")


def test_a_pickle_and_a_known_word_are_refused(
    save: Callable[[Tensors], Path], add: Callable[..., Components], tmp_path: Path
) -> None:
    (tmp_path / "mossy.pt").write_bytes(b"x")
    with pytest.raises(ModelError, match=r"\.pt files are pickles"):
        add(tmp_path / "mossy.pt")
    with pytest.raises(ModelError, match="no such textual inversion"):
        add(tmp_path / "gone.safetensors")
    with pytest.raises(ModelError, match="'stone', which is a word to the model already"):
        add(save(vectors(1)), "stone")


def test_a_game_names_its_textual_inversions_and_their_content_counts(
    tiny_sdxl_folder: Path, save: Callable[[Tensors], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tiny_sdxl_folder, tmp_path / "model")
    save(vectors(2))
    source, project = tmp_path / "map.json", tmp_path / "tilebake.toml"
    content: dict[str, Any] = {"tilebake": 1, "tile_size": 16, "cells": [[0, 0, "g"]]}
    content["terrains"] = {"g": f"{NAME} grass"}
    source.write_text(json.dumps(content), encoding="utf-8")
    project.write_text('model = "model"\n', encoding="utf-8")
    plain = bake_map(source)
    project.write_text(f'model = "model"\n[embeddings]\n{NAME} = "mossy.safetensors"\n', encoding="utf-8")
    named = bake_map(source)
    assert named.digest != plain.digest
    assert np.abs(named.image.astype(int) - plain.image).max() > 3
    content["terrains"] = {"g": f"embedding:{NAME} grass"}
    source.write_text(json.dumps(content), encoding="utf-8")
    tagged = bake_map(source)
    assert tagged.digest == named.digest
    assert load_map(source).notes == ()
    monkeypatch.chdir(tmp_path)
    painter = load_painter("model", device="cpu", dtype="float32")
    np.testing.assert_array_equal(painter.bake_map(source).image, named.image)
    planner, tilemap = Planner(BakeOptions()), load_map(source)
    _, model = planner.request(tilemap, find_project(source))
    loaded = encode_prompt(painter.pipeline.components, tilemap.terrains[0].prompt)
    assert read_prompts(tilemap, model)["g"].tokens == loaded.tokens
    project.write_text('model = "model"\n', encoding="utf-8")
    given = load_painter("model", embeddings={NAME: "mossy.safetensors"}, device="cpu", dtype="float32")
    for each in (source, load_map({**content, "terrains": {"g": f"{NAME} grass"}})):
        assert given.request(each).digest() == named.digest
    np.testing.assert_array_equal(given.bake_map(source).image, named.image)


def test_the_command_line_names_textual_inversions_from_where_it_is(
    tiny_sdxl_folder: Path,
    save: Callable[[Tensors], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = save(vectors(3))
    game = tmp_path / "game"
    game.mkdir()
    content = {
        "tilebake": 1,
        "terrains": {"g": f"embedding:{NAME} grass"},
        "rows": ["g"],
        "legend": {"g": "g"},
    }
    (game / "map.json").write_text(json.dumps(content), encoding="utf-8")
    (game / "tilebake.toml").write_text(f'[embeddings]\n{NAME} = "none.safetensors"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    tiny = ["--model", str(tiny_sdxl_folder), "--device", "cpu", "--embedding", f"{NAME}={file.name}"]
    assert run_command_line(["show", "prompts", "game/map.json", "--json", *tiny]) == 0
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (grass,) = (each for each in shown if each["prompt"] == "g")
    assert grass["text"] == f"{NAME} grass"
    assert len(grass["tokens"]) == 3 + 1
    size = ["--width", "64", "--height", "64"]
    for out, prompt in {"name": NAME, "tag": f"embedding:{NAME.upper()}"}.items():
        assert run_command_line(["generate", f"{prompt} grass", *size, "--out", f"{out}.png", *tiny]) == 0
    edit = ["edit", "game/map.json", "--terrain", "g", "--refine", f"embedding:{NAME} dry grass", "--save"]
    assert run_command_line([*edit, *tiny]) == 0
    assert "embedding:" not in capsys.readouterr().err
    assert (tmp_path / "name.png").read_bytes() == (tmp_path / "tag.png").read_bytes()
    saved = json.loads((game / "map.json").read_text(encoding="utf-8"))["edit"]["terrains"]["g"]
    assert saved["prompt"] == f"{NAME} dry grass"


@pytest.mark.parametrize("text", [NAME, f"{NAME}=", "=mossy.safetensors", "my style=mossy.safetensors"])
def test_what_is_no_name_with_a_file_is_told_with_the_form(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["generate", "grass", "--embedding", text]) == 2
    assert "mossy-style" in capsys.readouterr().err
