"""Train the embedded AutoencoderKL: first whole, then its decoder alone against a critic.

    python -m training.vae --steps 1400                # encoder and decoder
    python -m training.vae --steps 1400 --sharpen      # decoder alone; the latent space stands still

The second phase may run while the UNet trains, for the UNet sees only what the encoder makes.
"""

import time
from pathlib import Path

import click
import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from PIL import Image
from torch import Tensor, nn

from training import checkpoint
from training.pictures import Pictures
from training.start import start

VAE_CONFIG = {
    "in_channels": 3,
    "out_channels": 3,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "block_out_channels": (32, 64, 96, 128),
    "layers_per_block": 1,
    "latent_channels": 8,
    # one group: finer ones norm away the mean colour of a picture, which is most of what a terrain is
    "norm_num_groups": 1,
    "sample_size": 256,
    # no attention in the middle: it sees the whole picture, and costs pixels squared on a large map
    "mid_block_add_attention": False,
    "force_upcast": False,
}
KL_WEIGHT = 2e-4


class Critic(nn.Module):
    """Judges whether each patch of about 30 pixels is painted or decoded (PatchGAN, arXiv 1611.07004)."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        sizes = ((3, width, 2), (width, 2 * width, 2), (2 * width, 4 * width, 1))
        self.layers = nn.ModuleList(
            nn.utils.spectral_norm(nn.Conv2d(a, b, 4, stride=s, padding=1)) for a, b, s in sizes
        )
        self.last = nn.utils.spectral_norm(nn.Conv2d(4 * width, 1, 4, padding=1))

    def forward(self, pictures: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Verdicts [B, 1, h, w] (higher is "painted"), and the features on the way."""
        features: list[Tensor] = []
        for layer in self.layers:
            pictures = F.leaky_relu(layer(pictures), 0.2)
            features.append(pictures)
        return self.last(pictures), features


def detail_loss(decoded: Tensor, painted: Tensor, detail: float) -> Tensor:
    """Squared and absolute error, and `detail` times the error of the differences, at four scales.

    Squares bring the broad colours in first; differences then make edges count as much as colour.
    """
    loss = torch.zeros(())
    for _ in range(4):
        loss = loss + 4 * F.mse_loss(decoded, painted) + F.l1_loss(decoded, painted)
        for axis in (2, 3):
            loss = loss + detail * F.l1_loss(decoded.diff(dim=axis), painted.diff(dim=axis))
        decoded, painted = F.avg_pool2d(decoded, 2), F.avg_pool2d(painted, 2)
    return loss


def rate(step: int, steps: int, peak: float) -> float:
    """Warm up over 100 steps, then fall as a cosine to a twentieth."""
    fall = 0.05 + 0.95 * 0.5 * (1 + float(np.cos(np.pi * min(step / steps, 1.0))))
    return peak * min(1.0, (step + 1) / 100) * fall


@torch.no_grad()
def show(vae: AutoencoderKL, pictures: Pictures, path: Path) -> None:
    """Painted above, decoded below."""
    painted = pictures.crops(np.random.default_rng(5), 8, 192)
    decoded = vae.decode(vae.encode(painted).latent_dist.mean).sample
    sheet = torch.cat([torch.cat(list(painted), dim=2), torch.cat(list(decoded), dim=2)], dim=1)
    array = ((sheet.clamp(-1, 1) + 1) * 127.5).byte().permute(1, 2, 0).numpy()
    Image.fromarray(array).save(path)


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("runs/data"))
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/vae"))
@click.option("--steps", default=1400, show_default=True)
@click.option("--batch", default=4, show_default=True)
@click.option("--size", default=128, show_default=True)
@click.option("--learning-rate", default=1e-3, show_default=True)
@click.option("--sharpen", is_flag=True, help="Freeze the encoder and train the decoder against a critic.")
@click.option("--threads", default=2, show_default=True)
def main(
    data: Path,
    out: Path,
    steps: int,
    batch: int,
    size: int,
    learning_rate: float,
    sharpen: bool,
    threads: int,
) -> None:
    """Train the autoencoder."""
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    out.mkdir(parents=True, exist_ok=True)
    vae = AutoencoderKL(**VAE_CONFIG).to(memory_format=torch.channels_last)
    start(vae)
    critic = Critic().to(memory_format=torch.channels_last)
    name = "sharpen" if sharpen else "whole"
    if sharpen:
        vae.load_state_dict(checkpoint.load(out / "whole.pt")["average"])
        vae.encoder.requires_grad_(False)
        vae.quant_conv.requires_grad_(False)
    trained = [p for p in vae.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=learning_rate, betas=(0.9, 0.99), weight_decay=1e-3, fused=True)
    judging = torch.optim.AdamW(critic.parameters(), lr=4e-4, betas=(0.5, 0.99), fused=True)
    average = checkpoint.Average([vae], 0.998)
    state = checkpoint.load(out / f"{name}.pt")
    if state:
        vae.load_state_dict(state["vae"])
        critic.load_state_dict(state["critic"])
        optimiser.load_state_dict(state["optimiser"])
        judging.load_state_dict(state["judging"])
        average.restore([state["average"][key] for key, _ in vae.named_parameters()])
    pictures = Pictures(data)
    began = time.monotonic()
    for step in range(state.get("step", 0), steps):
        if step % 200 == 0 or not pictures.images:
            pictures.rescan()
        painted = pictures.crops(np.random.default_rng((1, sharpen, step)), batch, size)
        painted = painted.contiguous(memory_format=torch.channels_last)
        for group in optimiser.param_groups:
            group["lr"] = rate(step, steps, learning_rate)
        with torch.autocast("cpu", torch.bfloat16):
            posterior = vae.encode(painted).latent_dist
            decoded = vae.decode(posterior.sample()).sample.float()
        loss = detail_loss(decoded, painted, min(1.0, step / steps)) + KL_WEIGHT * posterior.kl().sum() / posterior.mean.numel()
        verdict = torch.zeros(())
        if sharpen:
            judged = judge(critic, judging, decoded.detach(), painted)
            with torch.autocast("cpu", torch.bfloat16):
                verdict, features = critic(decoded)
                _, wanted = critic(painted)
            match = sum(F.l1_loss(a.float(), b.detach().float()) for a, b in zip(features, wanted, strict=True))
            loss = loss + min(1.0, step / 200) * (2.0 * match - 0.06 * verdict.float().mean())
            verdict = judged
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        average.update(step)
        if step % 50 == 0:
            seconds = time.monotonic() - began
            click.echo(f"{name} {step}/{steps} loss {loss.item():.4f} critic {verdict.item():.3f} {seconds:.0f}s")
        if step % 250 == 249 or step == steps - 1:
            average.swap()
            averaged = {key: value.clone() for key, value in vae.state_dict().items()}
            show(vae, pictures, out / f"{name}-{step + 1}.png")
            average.swap()
            checkpoint.save(
                out / f"{name}.pt",
                {
                    "step": step + 1,
                    "vae": vae.state_dict(),
                    "average": averaged,
                    "critic": critic.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "judging": judging.state_dict(),
                },
            )


def judge(critic: Critic, optimiser: torch.optim.Optimizer, decoded: Tensor, painted: Tensor) -> Tensor:
    """One step of the critic (hinge loss); returns its loss."""
    with torch.autocast("cpu", torch.bfloat16):
        fake, real = critic(decoded)[0].float(), critic(painted)[0].float()
    loss = F.relu(1 + fake).mean() + F.relu(1 - real).mean()
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()
    return loss.detach()


if __name__ == "__main__":
    main()
