"""The tokenizers: CLIP's form, SDXL's two paddings, and no word that they cannot spell."""

import pytest

from training.data.tokenizer import captions
from training.unet.shape import MAX_TOKENS, TokenizerPair


def test_the_pair_pads_as_sdxls_does(tokenizers: TokenizerPair) -> None:
    first, second = (
        tokenizer("grass", padding="max_length", max_length=MAX_TOKENS).input_ids for tokenizer in tokenizers
    )
    assert first[0] == second[0] == tokenizers[0].bos_token_id
    assert len(first) == len(second) == MAX_TOKENS
    assert set(first[3:]) == {first[2]}  # the end, again and again
    assert set(second[3:]) == {0}


@pytest.mark.parametrize(
    "text", ["dark mossy stone", "Grass, WATER and sand", "a pizza", "zyzzyva 42", "łąka"]
)
def test_every_word_can_be_spelt(tokenizers: TokenizerPair, text: str) -> None:
    ids = tokenizers[0](text).input_ids[1:-1]
    assert str(tokenizers[0].decode(ids)).replace(" ", "") == text.lower().replace(" ", "")
    assert tokenizers[0].unk_token_id not in ids


def test_common_words_are_one_token(tokenizers: TokenizerPair) -> None:
    for word in ("grass", "water", "forest", "mossy", "map"):
        assert len(tokenizers[0](word).input_ids) == 3


def test_captions_fit_and_are_the_same_each_time(tokenizers: TokenizerPair) -> None:
    texts = captions(200)
    assert texts == captions(200)
    assert max(len(ids) for ids in tokenizers[0](texts).input_ids) <= MAX_TOKENS
