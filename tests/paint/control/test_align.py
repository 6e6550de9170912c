"""Mappers, equalizers and schedules: the paper's matrices."""

from collections.abc import Callable

import pytest
import torch

from tilebake.errors import PromptError
from tilebake.level.edit.edit import CrossReplaceSteps
from tilebake.paint.control.align import (
    align_most,
    cross_replace_weights,
    equalizer,
    refinement_mapper,
    replacement_mapper,
)
from tilebake.paint.prompts.embeds import PromptEmbeds
from tilebake.paint.prompts.words import find_word

Encode = Callable[[str], PromptEmbeds]


def test_as_many_tokens_are_aligned_as_can_be() -> None:
    """A longest common run, which ends the search at the wrong place, aligns 2 of these 4."""
    source, target = [1, 2, 3, 9, 8, 4], [9, 8, 1, 2, 7, 3, 4]
    assert align_most(source, target) == [(0, 2), (1, 3), (2, 5), (5, 6)]
    assert align_most([1, 2], [3]) == []
    split, joined = [5, 1, 6, 2, 7, 3, 8, 8, 8], [8, 8, 8, 1, 2, 3, 4, 5]
    assert len(align_most(split, joined)) == 3


def test_a_swap_of_single_tokens_leaves_every_map_in_its_place(encode: Encode) -> None:
    mapper = replacement_mapper(encode("lush green grass"), encode("deep blue grass"))
    torch.testing.assert_close(mapper, torch.eye(77))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("lush green grass and water", "lush wildflowers and water"),
        ("lush wildflowers and water", "lush green grass and water"),
        ("grass", "wildflowers"),
        ("grass and water", "water and grass"),
        ("snow", "deep blue river water in the mossy forest"),
        ("grass " * 80, "grass " * 40 + "water " * 41),
    ],
)
def test_a_swap_neither_adds_nor_loses_attention(source: str, target: str, encode: Encode) -> None:
    mapper = replacement_mapper(encode(source), encode(target))
    torch.testing.assert_close(mapper.sum(dim=1), torch.ones(len(mapper)))
    assert mapper[0, 0] == 1


def test_a_words_map_goes_evenly_to_the_tokens_of_its_successor(encode: Encode) -> None:
    source, target = encode("lush grass and water"), encode("lush wildflowers and water")
    mapper = replacement_mapper(source, target)
    pieces = list(find_word(target, "wildflowers"))
    (grass,) = find_word(source, "grass")
    torch.testing.assert_close(mapper[grass, pieces], torch.full((len(pieces),), 1 / len(pieces)))
    assert mapper[find_word(source, "water")[0], find_word(target, "water")[0]] == 1
    assert mapper[5, 4 + len(pieces)] == 1, "the end of the text follows the text"


def test_a_phrase_is_swapped_for_a_phrase_of_any_length(encode: Encode) -> None:
    source, target = encode("deep blue water in snow"), encode("lava in snow")
    mapper = replacement_mapper(source, target)
    assert [mapper[column, 1].item() for column in (1, 2, 3)] == [1, 1, 1]
    assert mapper[find_word(source, "snow")[0], find_word(target, "snow")[0]] == 1


def test_swapped_words_take_each_others_maps(encode: Encode) -> None:
    there = replacement_mapper(encode("grass and water"), encode("water and grass"))
    torch.testing.assert_close(there, torch.eye(77))


def test_a_swap_and_its_reverse_are_the_identity_where_tokens_are_as_many(encode: Encode) -> None:
    one, other = encode("lush green grass, blue water"), encode("lush deep snow, mossy water")
    both = replacement_mapper(one, other) @ replacement_mapper(other, one)
    torch.testing.assert_close(both, torch.eye(77))


@pytest.mark.parametrize(("source", "target"), [("grass", "lush grass"), ("lush grass", "grass"), ("", "a")])
def test_words_only_added_or_taken_away_are_no_swap(source: str, target: str, encode: Encode) -> None:
    with pytest.raises(PromptError, match="refine the prompt"):
        replacement_mapper(encode(source), encode(target))


def test_a_refinement_keeps_the_maps_of_what_was_there(encode: Encode) -> None:
    source, target = encode("grass and water"), encode("lush grass and deep blue water")
    mapper, aligned = refinement_mapper(source, target)
    for word in ("grass", "and", "water"):
        (before,), (after,) = find_word(source, word), find_word(target, word)
        assert mapper[before, after] == 1
    new = [column for word in ("lush", "deep", "blue") for column in find_word(target, word)]
    assert mapper[:, new].sum() == 0
    assert aligned[new].sum() == 0
    assert aligned[[0, 2, 3, 6, 7, 76]].tolist() == [1] * 6


def test_a_refinement_into_a_second_chunk(encode: Encode) -> None:
    mapper, aligned = refinement_mapper(encode("snow"), encode("grass " * 75 + "snow"))
    assert mapper.shape == (77, 154)
    assert mapper[1, 78] == 1
    assert aligned[77] == 0, "the source has no second chunk"


def test_the_same_prompt_refines_to_itself(encode: Encode) -> None:
    mapper, aligned = refinement_mapper(encode("lush grass"), encode("lush grass"))
    torch.testing.assert_close(mapper, torch.eye(77))
    assert aligned.all()


def test_an_equalizer_weighs_the_words_that_it_names(encode: Encode) -> None:
    target = encode("mossy wildflowers and mossy stone")
    values = equalizer(target, {"mossy": 3, "wildflowers": -5})
    pieces = list(find_word(target, "wildflowers"))
    assert values[list(find_word(target, "mossy"))].tolist() == [3, 3]
    assert values[pieces].tolist() == [-5.0] * len(pieces)
    assert values.sum() == 77 + 2 * 2 - 6 * len(pieces)
    assert equalizer(target, {}).eq(1).all()
    with pytest.raises(PromptError, match="no 'moss'"):
        equalizer(target, {"moss": 2})


def test_maps_are_replaced_for_a_share_of_the_steps_and_by_word(encode: Encode) -> None:
    target = encode("lush green grass")
    weights = cross_replace_weights(target, CrossReplaceSteps(0.8, {"green": 0.25, "grass": 1}), 4)
    assert weights.shape == (4, 77)
    assert weights[:, 1].tolist() == [1, 1, 1, 0]
    assert weights[:, 2].tolist() == [1, 0, 0, 0]
    assert weights[:, 3].tolist() == [1, 1, 1, 1]
    interval = cross_replace_weights(target, CrossReplaceSteps(0.25, {"green": (0.25, 0.75)}), 4)
    assert interval[:, 1].tolist() == [1, 0, 0, 0]
    assert interval[:, 2].tolist() == [0, 1, 1, 0]
    assert cross_replace_weights(target, CrossReplaceSteps(0), 4).sum() == 0
    with pytest.raises(PromptError, match="no 'blue'"):
        cross_replace_weights(target, CrossReplaceSteps(0.8, {"blue": 0.5}), 4)
