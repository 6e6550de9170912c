"""What the UNet's training trains: the UNet and both text encoders."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import cast

from safetensors.torch import load_file
from torch import Tensor, cat, nn, tensor, where

from training import miniature
from training.batches import Batch
from training.miniature import TokenizerPair
from training.regional import placed, row

ENCODERS = ("text_encoder", "text_encoder_2")


class Trainee(nn.Module):
    """UNet and text encoders as one module, so that one optimiser and one average hold them all."""

    def __init__(self, tokenizers: TokenizerPair, latent_channels: int) -> None:
        super().__init__()
        self.tokenizers = tokenizers
        self.unet = miniature.unet(latent_channels)
        self.text_encoder, self.text_encoder_2 = miniature.text_encoders(*tokenizers)

    def take_over(self, folder: Path) -> None:
        """Begin with a model's weights, a diffusers folder of the same shape; its words stay as they are.

        To train the text encoders takes as long as to train the UNet.
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
            max_length=miniature.MAX_TOKENS,
            truncation=True,
            return_tensors="pt",
        ).input_ids

    def encode(self, captions: Sequence[str], bare: Sequence[bool]) -> Tensor:
        """SDXL's prompt_embeds, [B, 77, 256]: both encoders' last hidden states but one.

        Each different caption is encoded once. Where it is `bare`, what comes behind its last word is an
        empty prompt's.
        """
        different = sorted({"", *captions})  # the empty prompt is the first
        ids = self.token_ids(0, different)
        first = self.text_encoder(ids, output_hidden_states=True)
        second = self.text_encoder_2(self.token_ids(1, different), output_hidden_states=True)
        embeds = cat([first.hidden_states[-2], second.hidden_states[-2]], dim=-1)
        behind = ids.eq(cast("int", self.tokenizers[0].eos_token_id)).cumsum(dim=1) > 0
        stripped = where(behind.unsqueeze(-1), embeds[:1], embeds)
        which = [different.index(caption) for caption in captions]
        return where(tensor(bare).view(-1, 1, 1), stripped[which], embeds[which])

    def pool(self, texts: list[str]) -> Tensor:
        """SDXL's pooled_prompt_embeds, [B, 160]; each different text is encoded once."""
        different = sorted(set(texts))
        pooled = self.text_encoder_2(self.token_ids(1, different)).text_embeds
        return pooled[[different.index(text) for text in texts]]

    def forward(self, noisy: Tensor, timestep: Tensor, batch: Batch) -> Tensor:
        """Predicted velocity, [B, 8, h, w] as `noisy`."""
        conditions = {"text_embeds": self.pool(batch.scene_prompts), "time_ids": batch.time_ids}
        if batch.places is None:
            prompt_embeds, reading = self.encode(batch.captions, batch.bare), nullcontext()
        else:
            every = [prompt for prompts in batch.places.prompts for prompt in prompts]
            bare = [each for each in batch.bare for _ in batch.places.prompts[0]]
            prompt_embeds = row(self.encode(every, bare), len(noisy))
            reading = placed(self.unet, batch.places)
        with reading:
            return self.unet(noisy, timestep, prompt_embeds, added_cond_kwargs=conditions).sample
