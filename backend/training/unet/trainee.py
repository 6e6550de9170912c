"""What the UNet's training trains: the UNet and both text encoders."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

from safetensors.torch import load_file
from torch import Tensor, cat, nn, stack

from training.unet import shape
from training.unet.batches import Batch
from training.unet.regional import placed, row
from training.unet.shape import TokenizerPair

ENCODERS = ("text_encoder", "text_encoder_2")


class Said(NamedTuple):
    """What the text encoders make of one text."""

    embeds: Tensor  # [77, 256]
    pooled: Tensor  # [160]


class Trainee(nn.Module):
    """UNet and text encoders as one module, so that one optimiser and one average hold them all."""

    def __init__(self, tokenizers: TokenizerPair, latent_channels: int) -> None:
        super().__init__()
        self.tokenizers = tokenizers
        self.unet = shape.unet(latent_channels)
        self.text_encoder, self.text_encoder_2 = shape.text_encoders(*tokenizers)
        self._known: dict[str, Said] = {}

    def take_over(self, folder: Path) -> None:
        """Begin with a model's weights, a diffusers folder of the same shape; its words stay as they are.

        To train the text encoders along takes nearly as long as to train the UNet.
        """
        for name in ("unet", *ENCODERS):
            (path,) = (folder / name).glob("*.safetensors")
            self.get_submodule(name).load_state_dict(load_file(path))
        for name in ENCODERS:
            self.get_submodule(name).requires_grad_(False)

    def token_ids(self, index: int, texts: list[str]) -> Tensor:
        """[B, 77], by the first tokenizer or the second."""
        return self.tokenizers[index](
            texts,
            padding="max_length",
            max_length=shape.MAX_TOKENS,
            truncation=True,
            return_tensors="pt",
        ).input_ids

    def said(self, texts: Iterable[str]) -> dict[str, Said]:
        """What the text encoders make of texts: each different one once, or once and for all if untrained."""
        missing = sorted(set(texts) - self._known.keys())
        found = {**self._known, **dict(zip(missing, self._said(missing), strict=True))}
        if not next(self.text_encoder.parameters()).requires_grad:
            self._known = found
        return found

    def _said(self, texts: list[str]) -> list[Said]:
        if not texts:
            return []
        first = self.text_encoder(self.token_ids(0, texts), output_hidden_states=True)
        second = self.text_encoder_2(self.token_ids(1, texts), output_hidden_states=True)
        embeds = cat([first.hidden_states[-2], second.hidden_states[-2]], dim=-1)
        return [Said(*each) for each in zip(embeds, second.text_embeds, strict=True)]

    def encode(self, captions: Sequence[str]) -> Tensor:
        """SDXL's prompt_embeds, [B, 77, 256]: both encoders' last hidden states but one."""
        said = self.said(captions)
        return stack([said[text].embeds for text in captions])

    def pool(self, texts: Sequence[str]) -> Tensor:
        """SDXL's pooled_prompt_embeds, [B, 160]."""
        said = self.said(texts)
        return stack([said[text].pooled for text in texts])

    def forward(self, noisy: Tensor, timestep: Tensor, batch: Batch) -> Tensor:
        """Predicted velocity, [B, 8, h, w] as `noisy`."""
        conditions = {"text_embeds": self.pool(batch.scene_prompts), "time_ids": batch.time_ids}
        if batch.places is None:
            prompt_embeds, reading = self.encode(batch.captions), nullcontext()
        else:
            every = [prompt for prompts in batch.places.prompts for prompt in prompts]
            prompt_embeds, reading = row(self.encode(every), len(noisy)), placed(self.unet, batch.places)
        with reading:
            return self.unet(noisy, timestep, prompt_embeds, added_cond_kwargs=conditions).sample
