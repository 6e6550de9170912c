"""Lessons for the text encoders: which states should say what, and which nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch

from training.text import phrases
from training.text.lesson import IDLE, MEANT, QUIET, lesson, marked
from training.text.phrases import Parts
from training.text.sentence_model import SentenceModel, axes
from training.text.train import SILENCE, commonest, encoder_loss, meanings
from training.unet.shape import TokenizerPair

TOLD = Parts(("dark grass", "a map of"), (", with ",))


def test_each_word_means_its_phrase_so_far_and_what_joins_them_is_silent(tokenizers: TokenizerPair) -> None:
    found = marked(tokenizers[0], TOLD)
    assert found.ids == tokenizers[0]("dark grass, with a map of", add_special_tokens=False).input_ids
    ends = [(end, part) for end, part in zip(found.ends, found.parts, strict=True) if part != IDLE]
    silent = ("", QUIET)
    assert ends == [
        ("dark", MEANT),
        ("dark grass", MEANT),
        silent,  # the comma
        silent,  # with
        silent,  # a
        ("a map", MEANT),
        silent,  # of
    ]


def test_a_lesson_reads_as_the_tokenizers_do(tokenizers: TokenizerPair) -> None:
    known = {p: torch.full((5,), float(i)) for i, p in enumerate(("dark", "dark grass", "a map", "a map of"))}
    taught = lesson(tokenizers, [TOLD, Parts(("dark",), ())], known, spare=2)
    for ids, tokenizer in zip(taught.ids, tokenizers, strict=True):
        expected = tokenizer(["dark grass, with a map of", "dark"], padding="max_length", max_length=77)
        assert ids.tolist() == [row[: ids.shape[1]] for row in expected.input_ids]
    assert (taught.parts[:, 0] == QUIET).all()
    assert (taught.parts[:, -3:] == QUIET).all()
    assert taught.targets[0, 1 : 1 + 8][taught.parts[0, 1 : 1 + 8] == MEANT][:2, 0].tolist() == [0, 1]
    torch.testing.assert_close(taught.summary[0], torch.full((5,), 2.0))


def test_what_is_longer_than_the_encoders_read_is_cut(tokenizers: TokenizerPair) -> None:
    text = " ".join(["dark"] * 100)
    known = {prefix: torch.zeros(5) for prefix in phrases.prefixes(text)}
    taught = lesson(tokenizers, [Parts((text,), ())], known, spare=40)
    for ids, tokenizer in zip(taught.ids, tokenizers, strict=True):
        assert ids.tolist() == tokenizer([text], truncation=True, max_length=77).input_ids
    assert taught.parts.shape == (1, 77)


def test_states_that_are_as_they_should_be_are_no_error(tokenizers: TokenizerPair) -> None:
    known = {p: torch.randn(8) for p in ("dark", "dark grass", "a map")} | {"a map of": torch.zeros(8)}
    taught = lesson(tokenizers, [TOLD], known, spare=2)
    states = torch.zeros(*taught.parts.shape, 6)
    states[..., 1:] = taught.targets[..., :5]
    states[..., 0] = SILENCE * (taught.parts == QUIET)
    assert encoder_loss(states, taught) == 0
    assert encoder_loss(states + 1, taught) > 1


def test_the_widest_axes_come_first() -> None:
    generator = torch.Generator().manual_seed(0)
    cloud = torch.randn(500, 4, generator=generator) * torch.tensor([3.0, 1.0, 0.3, 0.1]) + 5
    found = axes(cloud, 2).coordinates(cloud)
    assert found.mean(dim=0).abs().max() < 1e-4
    assert found.square().mean() == torch.tensor(1.0).float() or abs(found.square().mean() - 1) < 1e-4
    assert found[:, 0].std() > found[:, 1].std()
    assert abs(torch.corrcoef(torch.stack([found[:, 0], cloud[:, 0]]))[0, 1]) > 0.99


def test_nouns_of_a_terrain_stand_for_its_commonest() -> None:
    assert commonest("dark mossy meadow") == "dark mossy grass"
    assert commonest("meadow green") == "meadow green"
    assert commonest("flower meadow") == "flowers"


class Letters:
    """A sentence model that knows how often each letter stands in a phrase."""

    def embed(self, said: Sequence[str]) -> torch.Tensor:
        counts = [
            [float(text.count(chr(97 + letter % 26))) + letter for letter in range(200)] for text in said
        ]
        return torch.nn.functional.normalize(torch.tensor(counts), dim=-1)


def test_what_states_mean_is_kept_for_words_that_come_later(tmp_path: Path) -> None:
    model = cast("SentenceModel", Letters())
    rng = np.random.default_rng(0)
    pool = phrases.pool(rng, ["teacup"], 40)
    first = meanings(model, pool, tmp_path / "axes.pt")
    later = meanings(model, [*pool[:50], "purple teapot"], tmp_path / "axes.pt")
    assert "purple teapot" in later
    torch.testing.assert_close(later[pool[3]], first[pool[3]])


def test_captions_are_made_of_what_is_in_the_pool() -> None:
    rng = np.random.default_rng(0)
    pool = phrases.pool(rng, ["teacup"], 40)
    assert "teacup" in pool
    assert len(pool) == len(set(pool))
    for _ in range(20):
        parts = phrases.caption(rng, pool)
        assert len(parts.joints) == len(parts.phrases) - 1
        assert set(parts.phrases) <= set(pool)
    assert phrases.prefixes("dark mossy stone") == ["dark", "dark mossy", "dark mossy stone"]
