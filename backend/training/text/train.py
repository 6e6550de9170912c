"""Teach both text encoders what words mean, before any picture: for words that no picture goes with, too.

    python -m training.text.train --sentence-model FOLDER    # runs/text: encoders and tokenizers
    python -m training.text.train --sentence-model FOLDER --further --steps 500    # for words that are new

The states that cross-attention reads become a small sentence model's embedding of the phrase so far, and
what joins phrases, the end and the padding become one and the same vector that says nothing. So a prompt
is read in its own words alone, a word that was never painted lies near those that mean the like, and
the encoders stay as they are while the UNet trains. What states mean is kept beside them (`axes.pt`), so that
they may be trained further, or anew with another vocabulary, under a UNet that reads them.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize
from torch.optim import AdamW
from transformers import CLIPTextModel, CLIPTextModelWithProjection

from training import checkpoint
from training.data.tokenizer import read_pair, trained, write_pair
from training.learning_rate import cosine_rate, set_rate
from training.terrain.catalog import NOUNS as NAMES_OF
from training.terrain.catalog import TERRAINS
from training.text import phrases
from training.text.lesson import MEANT, QUIET, Lesson, lesson
from training.text.level_words import NOUNS
from training.text.sentence_model import Axes, SentenceModel, axes
from training.unet import shape
from training.unet.shape import WIDTH_2, EncoderPair, TokenizerPair

SILENCE = 4.0  # the first number of a silent state, 0 in all others; the rest of it is 0
TELL_EVERY = 100  # steps


@dataclass(frozen=True)
class Plan:
    """A run."""

    steps: int
    batch: int
    learning_rate: float


def known_words(model: SentenceModel, count: int) -> list[str]:
    """Of all words that the sentence model has whole, those nearest to what levels are made of."""
    vocabulary: dict[str, int] = model.tokenizer.get_vocab()
    whole = sorted(word for word in vocabulary if word.isalpha() and word.isascii() and len(word) > 2)
    nearness = (model.embed(whole) @ model.embed(NOUNS).T).amax(dim=1)
    return [whole[int(i)] for i in nearness.argsort(descending=True)[:count]]


def meanings(model: SentenceModel, known: list[str], kept: Path) -> dict[str, Tensor]:
    """Every prefix of every phrase in the axes along which they differ most: [WIDTH_2 - 1] each.

    The axes are those in the file `kept`, or are measured and kept there.

    A terrain's nouns are drawn halfway to its commonest one, those in other languages all the way: the
    sentence model knows English alone.
    """
    every = list(dict.fromkeys(prefix for each in known for prefix in phrases.prefixes(each)))
    common = [commonest(each) for each in every]
    texts = list(dict.fromkeys([*every, *common]))
    found = dict(zip(texts, model.embed(texts), strict=True))
    embeddings, theirs = (torch.stack([found[each] for each in said]) for said in (every, common))
    foreign = torch.tensor([any(letter.isupper() for letter in each) for each in every]).unsqueeze(-1)
    embeddings = normalize(torch.where(foreign, theirs, embeddings + theirs), dim=-1)
    held = checkpoint.load(kept)
    spread = Axes(**held) if held else axes(embeddings, WIDTH_2 - 1)
    checkpoint.save(kept, spread._asdict())
    return dict(zip(every, spread.coordinates(embeddings), strict=True))


def commonest(text: str) -> str:
    """A phrase with its terrain's commonest noun instead of the one that it ends with, if it does."""
    words = text.split()
    for first in range(len(words)):
        noun = " ".join(words[first:])
        if noun in NAMES_OF:
            return " ".join([*words[:first], TERRAINS[NAMES_OF[noun]].words[0]])
    return text


def encoder_loss(states: Tensor, taught: Lesson) -> Tensor:
    """Error of one encoder's states [B, T, D] where words end and where nothing is to be said."""
    width = states.shape[-1]
    wanted = torch.cat([torch.zeros_like(taught.targets[..., :1]), taught.targets[..., : width - 1]], dim=-1)
    silent = torch.zeros(width)
    silent[0] = SILENCE
    meant = (states - wanted)[taught.parts == MEANT].square().mean()
    return meant + (states - silent)[taught.parts == QUIET].square().mean()


def loss_of(encoders: EncoderPair, taught: Lesson) -> Tensor:
    """Both encoders' error, and the pooled embedding's."""
    first = encoders[0](taught.ids[0], output_hidden_states=True)
    second = encoders[1](taught.ids[1], output_hidden_states=True)
    pooled = (second.text_embeds[:, 1:] - taught.summary).square().mean()
    return pooled + sum(
        (encoder_loss(each.hidden_states[-2], taught) for each in (first, second)), torch.zeros(())
    )


def read_encoders(folder: Path) -> EncoderPair:
    """Encoders that were trained before."""
    first = CLIPTextModel.from_pretrained(folder / "text_encoder").float()
    return first, CLIPTextModelWithProjection.from_pretrained(folder / "text_encoder_2").float()


def train(
    plan: Plan,
    tokenizers: TokenizerPair,
    encoders: EncoderPair,
    known: Mapping[str, Tensor],
    pool: list[str],
) -> None:
    """Train both encoders, in place."""
    both = nn.ModuleList(encoders).train()
    optimiser = AdamW(both.parameters(), betas=(0.9, 0.98), weight_decay=1e-3, fused=True)
    began = time.monotonic()
    for step in range(plan.steps):
        rng = np.random.default_rng((21, step))
        captions = [phrases.caption(rng, pool) for _ in range(plan.batch)]
        loss = loss_of(encoders, lesson(tokenizers, captions, known, spare=_spare(rng)))
        set_rate(optimiser, cosine_rate(step, plan.steps, plan.learning_rate))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(both.parameters(), 1.0)
        optimiser.step()
        if step % TELL_EVERY == 0 or step == plan.steps - 1:
            click.echo(f"{step}/{plan.steps} loss {loss.item():.4f} {time.monotonic() - began:.0f}s")


def _spare(rng: np.random.Generator) -> int:
    """Padding costs work, so that only a batch in twelve sees much of it."""
    return 40 if rng.random() < 1 / 12 else int(rng.integers(4))


@click.command()
@click.option("--sentence-model", type=click.Path(path_type=Path), required=True, help="all-MiniLM-L6-v2.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/text"))
@click.option("--vocabulary", default=1900, show_default=True)
@click.option("--words", default=5000, show_default=True, help="Words beside those of levels.")
@click.option("--phrases", "count", default=40000, show_default=True)
@click.option("--steps", default=3000, show_default=True)
@click.option("--batch", default=128, show_default=True)
@click.option("--learning-rate", default=2e-3, show_default=True)
@click.option("--further", is_flag=True, help="Go on with the tokenizers and encoders that are there.")
@click.option("--threads", default=2, show_default=True)
def main(
    sentence_model: Path,
    out: Path,
    vocabulary: int,
    words: int,
    count: int,
    further: bool,
    threads: int,
    **plan: Any,
) -> None:
    """Train the tokenizer and both text encoders."""
    torch.set_num_threads(threads)
    torch.manual_seed(4)
    out.mkdir(parents=True, exist_ok=True)
    model = SentenceModel(sentence_model)
    rng = np.random.default_rng(20)
    pool = phrases.pool(rng, known_words(model, words), count)
    click.echo(f"{len(pool)} phrases")
    if not further:
        write_pair(out, *trained([*pool, *[" ".join(NOUNS)] * 30], vocabulary))
    tokenizers = read_pair(out)
    encoders = read_encoders(out) if further else shape.text_encoders(*tokenizers)
    train(Plan(**plan), tokenizers, encoders, meanings(model, pool, out / "axes.pt"), pool)
    for name, encoder in zip(("text_encoder", "text_encoder_2"), encoders, strict=True):
        encoder.save_pretrained(out / name)


if __name__ == "__main__":
    main()
