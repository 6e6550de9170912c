"""What the UNet's training trains: the UNet and both text encoders."""

from torch import Tensor, cat, nn

from training import miniature
from training.miniature import TokenizerPair


class Trainee(nn.Module):
    """UNet and text encoders as one module, so that one optimiser and one average hold them all."""

    def __init__(self, tokenizers: TokenizerPair, latent_channels: int) -> None:
        super().__init__()
        self.tokenizers = tokenizers
        self.unet = miniature.unet(latent_channels)
        self.text_encoder, self.text_encoder_2 = miniature.text_encoders(*tokenizers)

    def encode(self, captions: list[str]) -> tuple[Tensor, Tensor]:
        """SDXL's conditioning: (prompt_embeds [B, 77, 256], pooled_prompt_embeds [B, 160])."""
        ids = [
            tokenizer(
                captions,
                padding="max_length",
                max_length=miniature.MAX_TOKENS,
                truncation=True,
                return_tensors="pt",
            ).input_ids
            for tokenizer in self.tokenizers
        ]
        first = self.text_encoder(ids[0], output_hidden_states=True)
        second = self.text_encoder_2(ids[1], output_hidden_states=True)
        prompt_embeds = cat([first.hidden_states[-2], second.hidden_states[-2]], dim=-1)
        return prompt_embeds, second.text_embeds

    def forward(self, noisy: Tensor, timestep: Tensor, captions: list[str], time_ids: Tensor) -> Tensor:
        """Predicted velocity, [B, 8, h, w] as `noisy`."""
        prompt_embeds, pooled = self.encode(captions)
        conditions = {"text_embeds": pooled, "time_ids": time_ids}
        return self.unet(noisy, timestep, prompt_embeds, added_cond_kwargs=conditions).sample
