"""What the UNet reads of a prompt: the trained text encoders' states, each prompt's made once and kept."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTextModelWithProjection

from training.data.tokenizer import read_pair
from training.text.prompt_rows import Rows, Short, rows, short
from training.unet import shape

TOGETHER = 64  # prompts encoded at once


class Heard(NamedTuple):
    """A prompt as the UNet reads it. pooled: [160]."""

    row: Short
    pooled: Tensor


class Reader:
    """Both text encoders, which learn no more, and what they made of every prompt so far."""

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        """Read tokenizers and encoders from a diffusers folder, or from what `training.text` wrote."""
        self.tokenizers, self.device = read_pair(folder), torch.device(device)
        self.first = CLIPTextModel.from_pretrained(folder / "text_encoder").float().eval()
        self.second = CLIPTextModelWithProjection.from_pretrained(folder / "text_encoder_2").float().eval()
        for encoder in (self.first, self.second):
            nn.Module.to(encoder, self.device)
        self._known: dict[str, Heard] = {}

    def hear(self, texts: Iterable[str]) -> None:
        """Encode what was not heard before."""
        missing = sorted(set(texts) - self._known.keys(), key=len)
        for begin in range(0, len(missing), TOGETHER):
            chosen = missing[begin : begin + TOGETHER]
            self._known.update(zip(chosen, self._heard(chosen), strict=True))

    def rows(self, texts: Sequence[str]) -> Rows:
        """What cross-attention reads, a row for each text."""
        self.hear(texts)
        return rows([self._known[text].row for text in texts])

    def pooled(self, texts: Sequence[str]) -> Tensor:
        """SDXL's pooled_prompt_embeds, [B, 160]."""
        self.hear(texts)
        return torch.stack([self._known[text].pooled for text in texts])

    def named(self, text: str, name: tuple[int, int]) -> list[int]:
        """Which tokens of the text's row the letters from `name[0]` to `name[1]` make."""
        begin, end = (1 + self._count(text[:each]) for each in name)
        places = self._known[text].row.places.tolist()
        return [1 + index for index, place in enumerate(places) if begin <= place < end]

    def _count(self, text: str) -> int:
        return len(self.tokenizers[0](text, add_special_tokens=False).input_ids)

    @torch.no_grad()
    def _heard(self, texts: list[str]) -> list[Heard]:
        embeds, pooled = self.states(texts, whole=False)
        rows_of = (short(each, shape.MAX_TOKENS) for each in embeds)
        return [Heard(row, summary) for row, summary in zip(rows_of, pooled, strict=True)]

    def states(self, texts: list[str], *, whole: bool) -> tuple[Tensor, Tensor]:
        """SDXL's prompt_embeds, both encoders' last hidden states but one, and pooled ones.

        [B, 77, 256] if `whole`; else no longer than the longest text, for no token sees those behind it.
        """
        ids = [
            tokenizer(
                texts,
                padding="max_length" if whole else "longest",
                max_length=shape.MAX_TOKENS,
                truncation=True,
                return_tensors="pt",
            ).input_ids.to(self.device)
            for tokenizer in self.tokenizers
        ]
        first = self.first(ids[0], output_hidden_states=True)
        second = self.second(ids[1], output_hidden_states=True)
        embeds = torch.cat([first.hidden_states[-2], second.hidden_states[-2]], dim=-1)
        return embeds.cpu(), second.text_embeds.cpu()
