"""Our own byte-level BPE tokenizer, in CLIP's form, learnt from captions.

python -m training.data.tokenizer --out runs/tokenizer
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import click
import numpy as np
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer

from training.data.captions import caption
from training.terrain.scene import random_patch
from training.unet.shape import MAX_TOKENS, TokenizerPair

START, END = "<|startoftext|>", "<|endoftext|>"
PADDING = {"tokenizer": END, "tokenizer_2": "!"}
# words that people also type, so that they are few tokens long though no picture goes with them
OTHERS = (
    "a an the of and with in on at seen from very old new big small tile tiles map level castle village town "
    "pizza teddy bear fluffy pepperoni mushroom house bridge mountain hill cave night day spring summer "
    "winter"
)
WORD = r"""<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""


def captions(count: int) -> list[str]:
    """Captions as the UNet will read them."""
    rng = np.random.default_rng(11)

    def one() -> str:
        return caption(rng, tuple(random_patch(rng) for _ in range(int(rng.integers(1, 4)))))

    return [one() for _ in range(count)]


def blank() -> Tokenizer:
    """CLIP's pipeline with nothing learnt: lower case, words, bytes."""
    bpe = Tokenizer(models.BPE(end_of_word_suffix="</w>", unk_token=END))
    bpe.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    words = pre_tokenizers.Split(Regex(WORD), behavior="removed", invert=True)
    bpe.pre_tokenizer = pre_tokenizers.Sequence([words, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    bpe.decoder = decoders.ByteLevel()
    return bpe


def trained(texts: Sequence[str], vocabulary: int) -> tuple[dict[str, int], list[tuple[str, ...]]]:
    """Learn the vocabulary: (token to id, merges, the earliest learnt first)."""
    bpe, letters = blank(), sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        min_frequency=2,
        special_tokens=["!"],  # id 0: what SDXL's second tokenizer pads with
        initial_alphabet=letters,
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    bpe.train_from_iterator([*texts, *[OTHERS] * 50], trainer)
    ids = bpe.get_vocab()
    learnt = {token: index for index, token in enumerate(sorted(ids, key=ids.__getitem__))}
    for token in (*(letter + "</w>" for letter in letters), START, END):
        learnt.setdefault(token, len(learnt))
    return learnt, [tuple(pair) for pair in json.loads(bpe.to_str())["model"]["merges"]]


def write_pair(folder: Path, vocab: dict[str, int], merges: list[tuple[str, ...]]) -> None:
    """Save one vocabulary twice, padding as SDXL's two tokenizers pad."""
    for name, pad in PADDING.items():
        tokenizer = CLIPTokenizer(
            vocab=vocab,
            merges=cast("Any", merges),  # pairs, whatever the annotation says
            bos_token=START,
            eos_token=END,
            unk_token=END,
            pad_token=pad,
            model_max_length=MAX_TOKENS,
        )
        tokenizer.save_pretrained(folder / name)


def read_pair(folder: Path) -> TokenizerPair:
    """The two tokenizers that `write_pair` saved."""
    first, second = (CLIPTokenizer.from_pretrained(folder / name) for name in PADDING)
    return first, second


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/tokenizer"))
@click.option("--vocabulary", default=2000, show_default=True)
def main(out: Path, vocabulary: int) -> None:
    """Train the tokenizer and save it twice, padding as SDXL's two tokenizers pad."""
    vocab, merges = trained(captions(30000), vocabulary)
    write_pair(out, vocab, merges)
    click.echo(f"{len(vocab)} tokens, {len(merges)} merges")


if __name__ == "__main__":
    main()
