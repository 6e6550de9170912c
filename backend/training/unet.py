"""Train the embedded UNet with both text encoders, on captions of single terrains and of scenes.

    python -m training.unet --steps 12000

Plain text-to-image training as SDXL's, v-prediction, no regional attention: what regional attention does on
the miniature, it does untrained, as on SDXL.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from training import checkpoint, latents, miniature

EMPTY_SHARE = 0.1  # of captions left empty, for classifier-free guidance
# crop sides in latents and batch sizes: about as many latents in each
CROPS = ((16, 40), (24, 18), (32, 10), (56, 3))
EARLY, LATE = (0.25, 0.3, 0.35, 0.10), (0.10, 0.2, 0.40, 0.30)
FLASH_SIDE = 56  # below it plain attention is the faster on a CPU, above all backwards


class Trainee(nn.Module):
    """UNet and text encoders as one module, so that one optimiser and one average hold them all."""

    def __init__(self, tokenizers: tuple[CLIPTokenizer, CLIPTokenizer], latent_channels: int) -> None:
        super().__init__()
        self.tokenizers = tokenizers
        self.unet: UNet2DConditionModel = miniature.unet(latent_channels)
        first, second = miniature.text_encoders(*tokenizers)
        self.text_encoder: CLIPTextModel = first
        self.text_encoder_2: CLIPTextModelWithProjection = second

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
        prompt_embeds = torch.cat([first.hidden_states[-2], second.hidden_states[-2]], dim=-1)
        return prompt_embeds, second.text_embeds

    def forward(self, noisy: Tensor, timestep: Tensor, captions: list[str], time_ids: Tensor) -> Tensor:
        """Predicted velocity, as `noisy`."""
        prompt_embeds, pooled = self.encode(captions)
        conditions = {"text_embeds": pooled, "time_ids": time_ids}
        return self.unet(noisy, timestep, prompt_embeds, added_cond_kwargs=conditions).sample


def crops(data: latents.Latents, progress: float, rng: np.random.Generator) -> tuple[Tensor, list[str]]:
    """A batch of crops of one size and their captions: ([B, 8, side, side], captions)."""
    share = np.array(EARLY) * (1 - progress) + np.array(LATE) * progress
    side, count = CROPS[rng.choice(len(CROPS), p=share)]
    pools = [data.scenes if side > 32 or rng.random() < 0.5 else data.singles for _ in range(count)]
    pairs = [data.crop(rng, int(rng.choice(pool)), side, side) for pool in pools]
    captions = ["" if rng.random() < EMPTY_SHARE else text for _, text in pairs]
    return torch.stack([crop for crop, _ in pairs]).float(), captions


def batches(data: latents.Latents, start: int, steps: int) -> Iterator[tuple[int, Tensor, list[str], Tensor]]:
    """(step, latents, captions, time_ids) from `start` on; each step is seeded by its number."""
    for step in range(start, steps):
        rng = np.random.default_rng((3, step))
        clean, captions = crops(data, step / steps, rng)
        # SDXL is told the canvas's size; here any size may be told, so that none is foreign later
        size = torch.from_numpy(rng.integers(16, 512, (len(captions), 2)) * 8).float()
        zeros = torch.zeros_like(size)
        yield step, clean, captions, torch.cat([size, zeros, size], dim=1)


def velocity_loss(model: Trainee, clean: Tensor, captions: list[str], time_ids: Tensor, alphas: Tensor) -> Tensor:
    """Mean squared error of the velocity (Salimans and Ho 2022, arXiv 2202.00512), all timesteps alike."""
    count = len(captions)
    # one timestep from each of `count` equal parts of the schedule: less variance than chance
    timestep = ((torch.arange(count) + torch.rand(count)) / count * len(alphas)).long()
    alpha = alphas[timestep].sqrt().view(-1, 1, 1, 1)
    sigma = (1 - alphas[timestep]).sqrt().view(-1, 1, 1, 1)
    noise = torch.randn_like(clean)
    noisy = (alpha * clean + sigma * noise).contiguous(memory_format=torch.channels_last)
    attention = SDPBackend.FLASH_ATTENTION if clean.shape[-1] >= FLASH_SIDE else SDPBackend.MATH
    with torch.autocast("cpu", torch.bfloat16), sdpa_kernel([attention, SDPBackend.MATH]):
        predicted = model(noisy, timestep, captions, time_ids).float()
    return (predicted - (alpha * noise - sigma * clean)).square().mean()


def rate(step: int, steps: int, peak: float) -> float:
    """Warm up over 200 steps, hold, and fall to nothing over the last third."""
    return peak * min(1.0, (step + 1) / 200, max(0.02, (steps - step) / (steps / 3)))


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("runs/latents.pt"))
@click.option("--tokenizers", type=click.Path(path_type=Path), default=Path("runs/tokenizer"))
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/unet"))
@click.option("--steps", default=12000, show_default=True)
@click.option("--learning-rate", default=8e-4, show_default=True)
@click.option("--threads", default=2, show_default=True)
def main(data: Path, tokenizers: Path, out: Path, steps: int, learning_rate: float, threads: int) -> None:
    """Train the UNet and the text encoders."""
    torch.set_num_threads(threads)
    torch.manual_seed(2)
    out.mkdir(parents=True, exist_ok=True)
    pair = tuple(CLIPTokenizer.from_pretrained(tokenizers / name) for name in ("tokenizer", "tokenizer_2"))
    source = latents.read(data)
    model = Trainee((pair[0], pair[1]), source.latents[0].shape[0])
    model.unet.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=learning_rate, betas=(0.9, 0.99), weight_decay=0.01, fused=True
    )
    average = checkpoint.Average([model], 0.9995)
    state = checkpoint.load(out / "unet.pt")
    if state:
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        average.restore([state["average"][key] for key, _ in model.named_parameters()])
    alphas = miniature.scheduler().alphas_cumprod
    began, losses = time.monotonic(), []
    for step, clean, captions, time_ids in batches(source, state.get("step", 0), steps):
        for group in optimiser.param_groups:
            group["lr"] = rate(step, steps, learning_rate)
        loss = velocity_loss(model, clean, captions, time_ids, alphas)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        average.update(step)
        losses.append(loss.item())
        if step % 100 == 99:
            click.echo(f"{step + 1}/{steps} loss {np.mean(losses[-100:]):.4f} {time.monotonic() - began:.0f}s")
        if step % 500 == 499 or step == steps - 1:
            average.swap()
            averaged = {key: value.clone() for key, value in model.state_dict().items()}
            average.swap()
            weights = {"model": model.state_dict(), "average": averaged, "optimiser": optimiser.state_dict()}
            checkpoint.save(out / "unet.pt", {"step": step + 1, **weights})


if __name__ == "__main__":
    main()
