"""What `show prompts` says without loading a model is what the loaded model reads."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tilebake.level.tilemap import parse_map
from tilebake.models.config_check import read_config
from tilebake.models.folder_check import CONFIG_NAME
from tilebake.models.reference import EMBEDDED, resolve
from tilebake.models.vocabulary import PAD_TOKENS, tokenizer_files
from tilebake.paint.model.load import Components
from tilebake.paint.model.tokenizers import make_tokenizer
from tilebake.paint.prompts.encode import condition
from tilebake.paint.prompts.plain_tokenizer import PlainTokenizer
from tilebake.paint.prompts.read_prompts import read_prompts

TEXTS = (
    "lush green grass",
    "Moss-covered  COBBLESTONE\npath, it's 4k!!",
    "Café, 草原 🌋 naïve",
    "grass <|endoftext|> water <|startoftext|>! !!",
    "",
    "very " * 90 + "deep water",
)
MAP: dict[str, Any] = {
    "tilebake": 1,
    "base_prompt": "a (painted:1.3) map",
    "terrains": {"grass": "lush (mossy:1.4) grass", "water": {"prompt": "water", "negative_prompt": "sand"}},
    "legend": {"g": "grass", "w": "water"},
    "rows": ["gw"],
}


@pytest.mark.parametrize("pads", [{}, PAD_TOKENS], ids=["of its files", "of SDXL"])
@pytest.mark.parametrize("name", ["tokenizer", "tokenizer_2"])
@pytest.mark.parametrize("model", ["embedded", "tiny"])
def test_texts_are_split_as_by_transformers(
    model: str, name: str, pads: Mapping[str, str], tiny_sdxl_folder: Path
) -> None:
    folder = EMBEDDED if model == "embedded" else tiny_sdxl_folder
    encoder = name.replace("tokenizer", "text_encoder")
    config = read_config(folder / encoder / CONFIG_NAME, encoder)
    files = tokenizer_files(folder / name)
    plain = PlainTokenizer(files, config, pads.get(name))
    stock = make_tokenizer(files, config, pads.get(name))
    assert plain.model_max_length == stock.model_max_length
    for text in TEXTS:
        found = stock(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        assert plain(text) == {key: found[key] for key in ("input_ids", "offset_mapping")}, text


@pytest.mark.parametrize("grass", ["lush (mossy:1.4) grass", TEXTS[-1]], ids=["short", "of two chunks"])
def test_a_maps_prompts_are_read_as_the_loaded_model_reads_them(
    grass: str, tiny_sdxl_folder: Path, tiny_components: Components
) -> None:
    tilemap = parse_map(json.dumps({**MAP, "terrains": {**MAP["terrains"], "grass": grass}}))
    read = read_prompts(tilemap, resolve(str(tiny_sdxl_folder)))
    loaded = condition(tiny_components, tilemap)
    assert loaded.negative_regions is not None
    prompts = (loaded.base, *loaded.regions, loaded.negative, *loaded.negative_regions)
    names = ["(base)", "grass", "water", "(negative)", "grass (negative)", "water (negative)"]
    assert [*read] == names
    for plain, embeds in zip(read.values(), prompts, strict=True):
        assert (plain.text, plain.tokens) == (embeds.text, embeds.tokens)
        assert plain.prompt_embeds == tuple(embeds.prompt_embeds.shape)
        assert plain.pooled_prompt_embeds == tuple(embeds.pooled_prompt_embeds.shape)
