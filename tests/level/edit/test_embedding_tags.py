"""ComfyUI's spelling of a textual inversion, in every prompt that a map or its project has."""

import json
from pathlib import Path

import pytest

from tilebake.errors import PromptError
from tilebake.level.edit.edit_entry import EditEntry
from tilebake.level.edit.embedding_names import name_embeddings, take_tags
from tilebake.level.project import Project
from tilebake.level.terrain import EmbeddingRef, Terrain
from tilebake.level.tilemap import parse_map

TAG = "embedding:Moss-Style"
PROJECT = Project(
    root=Path(),
    style=TAG,
    terrains={"w": Terrain("w", f"{TAG} water", TAG)},
    embeddings=(EmbeddingRef("moss-style", "a.safetensors"), EmbeddingRef("oil", "b.safetensors")),
)
MAP = {
    "tilebake": 1,
    "base_prompt": f"a map, ({TAG}:1.2)",
    "negative_prompt": f"{TAG}.safetensors, embedding:oil, embedding:ink",
    "terrains": {"g": f"[{TAG}] grass"},
    "embeddings": {"OIL": "c.safetensors"},
    "edit": {"terrains": {"g": f"{TAG} stone", "w": {"prompt": f"{TAG} ice"}}},
    "legend": {"g": "g", "w": "w"},
    "rows": ["gw"],
}


def test_tags_of_names_that_are_known_are_the_names_everywhere() -> None:
    tilemap = parse_map(json.dumps(MAP), project=PROJECT)
    grass, water = tilemap.terrains
    assert tilemap.base_prompt == "a map, (Moss-Style:1.2), Moss-Style"
    assert tilemap.negative_prompt == "Moss-Style, oil, embedding:ink"
    assert (grass.prompt, water.prompt, water.negative_prompt) == (
        "[Moss-Style] grass",
        "Moss-Style water",
        "Moss-Style",
    )
    assert tilemap.edit is not None
    assert {each.prompt for each in tilemap.edit.rewrites.values()} == {"Moss-Style stone", "Moss-Style ice"}
    (note,) = tilemap.notes
    assert "'embedding:ink'" in note.what
    own = EmbeddingRef("oil", "c.safetensors")
    assert tilemap.embeddings == (PROJECT.embeddings[0], own), "a map's own goes before the project's"
    trial = EditEntry(base_prompt=f"{TAG} map")
    tried = parse_map(json.dumps(MAP), project=PROJECT, trial=trial).edit
    assert tried is not None
    assert tried.rewrites[None].prompt.startswith("Moss-Style map")


def test_what_is_given_goes_before_the_maps_own() -> None:
    given = name_embeddings([("Oil", "d.safetensors"), ("ink", "e.safetensors")])
    tilemap = parse_map(json.dumps(MAP), project=PROJECT, embeddings=given)
    assert tilemap.embeddings == (given[0], PROJECT.embeddings[0], given[1])
    assert tilemap.negative_prompt == "Moss-Style, oil, ink"
    assert tilemap.notes == ()


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([("my style", "a.safetensors")], "'my style' is not one word of a prompt"),
        ([("<s0>", "a.safetensors")], "'<s0>' is not one word of a prompt"),
        ([("moss-style", "a.safetensors"), ("Moss-Style", "b.safetensors")], "the name of two files"),
    ],
)
def test_names_that_are_no_words_or_mean_two_files_are_refused(
    files: list[tuple[str, str]], told: str
) -> None:
    with pytest.raises(PromptError, match=told):
        name_embeddings(files)


@pytest.mark.parametrize(
    "text", ["embedding:moss-style2", "embedding:moss", "my_embedding:moss-style", "embedding: moss-style"]
)
def test_what_only_looks_like_a_known_name_stays(text: str) -> None:
    assert take_tags(text, frozenset({"moss-style"})) == text
