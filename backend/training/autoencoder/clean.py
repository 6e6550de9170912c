"""Teach the decoder alone to clean what the UNet leaves: from the model's latents to the teacher's pictures.

    python -m training.autoencoder.repaint    # runs/repainted
    python -m training.autoencoder.clean      # runs/vae/clean.pt, from backend/tilebake/embedded/vae

One crop in four is of the picture's own latents, half of them under a little noise, so that there and back
stays right. The others are repainted ones. How far they are held to the picture's own pixels depends on how
much of it the model could know.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
import torch
from diffusers import AutoencoderKL
from PIL import Image
from torch import Tensor, nn
from torch.optim import AdamW

from training import checkpoint
from training.autoencoder.likeness import broad_error, detail_error, loudness_error
from training.autoencoder.losses import lattice_loss
from training.autoencoder.place_critic import PlaceCritic, praise, teach, unlike
from training.autoencoder.repaint import KNOWN
from training.autoencoder.shape import decode
from training.data.dataset import LATENT
from training.ema import Average
from training.learning_rate import cosine_rate, set_rate

HELD_OUT: Final = 20  # one shard in so many is kept for looking at
CLEAN: Final = 10  # `first` of a picture's own latents: no step is taken
NOISE: Final = 0.15  # at most, on half of a picture's own latents
# how far a picture painted on from that step on is held to its pixels, by scale from fine to coarse
KEPT: Final = {
    0: (0.0, 0.0, 0.0, 0.0),
    4: (0.0, 0.02, 0.04, 0.08),
    5: (0.05, 0.12, 0.25, 0.3),
    6: (0.15, 0.35, 0.6, 0.75),
    7: (0.3, 0.65, 0.9, 1.0),
    CLEAN: (1.0, 1.0, 1.0, 1.0),
}
BROAD_WEIGHT, LOUDNESS_WEIGHT, LATTICE_WEIGHT = 3.0, 0.5, 0.5
UNLIKE_WEIGHT, PRAISE_WEIGHT = 3.0, 0.15
POOLED: Final = 8  # features along a square over which features are compared where pixels do not match
WARM_UP: Final = 100  # steps over which the decoder learns to heed the critic
RESCAN_EVERY, TELL_EVERY, KEEP_EVERY = 25, 10, 50  # steps


@dataclass(frozen=True, eq=False)
class Crops:
    """What a step is shown: B crops."""

    latents: Tensor  # [B, 8, h, w]
    painted: Tensor  # [B, 3, 8h, 8w] from -1 to 1
    labels: Tensor  # [B, h, w]
    kept: Tensor  # [B, 4], of KEPT
    own: Tensor  # [B]: 1 for a picture's own latents, else 0


class Pairs:
    """All pairs on disk, in memory; `rescan` takes in what has been made since."""

    def __init__(self, folder: Path, *, held_out: bool = False) -> None:
        self.folder, self.held_out = folder, held_out
        self.pairs: list[dict[str, Tensor]] = []
        self.seen: set[Path] = set()

    def rescan(self) -> None:
        """Read shards that were not there before."""
        for path in sorted(self.folder.glob("*.pt")):
            if path not in self.seen and (int(path.stem) % HELD_OUT == 0) == self.held_out:
                self.pairs += torch.load(path, weights_only=True)["pairs"]
                self.seen.add(path)

    def crops(self, rng: np.random.Generator, count: int, side: int) -> Crops:
        """Random crops of `side` latents; the first of four is a picture's own."""
        return stacked([self.crop(rng, side, own=slot % 4 == 0) for slot in range(count)])

    def crop(self, rng: np.random.Generator, side: int, *, own: bool) -> Crops:
        """One crop, [...] without a batch."""
        pair = self.pairs[int(rng.integers(len(self.pairs)))]
        high, wide = pair["labels"].shape
        top, left = int(rng.integers(high - side + 1)), int(rng.integers(wide - side + 1))
        rows, columns = slice(top, top + side), slice(left, left + side)
        latents = pair["clean" if own else "repainted"][:, rows, columns].float()
        if own and rng.random() < 0.5:
            noise = rng.standard_normal(latents.shape, np.float32)
            latents = latents + float(rng.uniform(0, NOISE)) * torch.from_numpy(noise)
        image = pair["image"][:, top * LATENT : (top + side) * LATENT, left * LATENT : (left + side) * LATENT]
        kept = KEPT[CLEAN if own else int(pair["first"])]
        return Crops(
            latents,
            image.float() / 127.5 - 1,
            pair["labels"][rows, columns].long(),
            torch.tensor(kept),
            torch.tensor(float(own)),
        )


def stacked(crops: list[Crops]) -> Crops:
    """Crops as a batch."""
    return Crops(*(torch.stack(each) for each in zip(*(tuple(vars(c).values()) for c in crops), strict=True)))


class Cleaning:
    """A decoder in training, with everything that a checkpoint holds."""

    def __init__(self, vae: AutoencoderKL, rate: float, steps: int) -> None:
        self.vae, self.rate, self.steps = vae, rate, steps
        for frozen in (vae.encoder, vae.quant_conv):
            assert frozen is not None
            frozen.requires_grad_(False)
        self.critic = PlaceCritic(KNOWN)
        self.trained = [parameter for parameter in vae.parameters() if parameter.requires_grad]
        self.optimiser = AdamW(self.trained, lr=rate, betas=(0.9, 0.99), weight_decay=1e-3, fused=True)
        self.judging = AdamW(self.critic.parameters(), lr=4e-4, betas=(0.5, 0.99), fused=True)
        self.average = Average(vae, 0.99)

    def restore(self, state: dict[str, Any]) -> int:
        """Go on from a checkpoint, if there is one; returns the number of steps done."""
        if not state:
            return 0
        self.vae.load_state_dict(state["vae"])
        self.critic.load_state_dict(state["critic"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.judging.load_state_dict(state["judging"])
        self.average.restore(state["average"])
        return state["step"]

    def state(self, step: int) -> dict[str, Any]:
        """A checkpoint after `step` steps."""
        return {
            "step": step,
            "vae": self.vae.state_dict(),
            "average": self.average.state(),
            "critic": self.critic.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "judging": self.judging.state_dict(),
        }

    def learn(self, crops: Crops, step: int) -> dict[str, float]:
        """One step; returns what each part of the loss is."""
        set_rate(self.optimiser, cosine_rate(step, self.steps, self.rate))
        decoded = decode(self.vae, crops.latents)
        taught = teach(self.critic, self.judging, decoded.detach(), crops.painted, crops.labels)
        parts = self.parts(decoded, crops, min(1.0, step / WARM_UP))
        self.optimiser.zero_grad(set_to_none=True)
        torch.stack(list(parts.values())).sum().backward()
        nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimiser.step()
        self.average.update(step)
        return {name: float(part.detach()) for name, part in parts.items()} | {"critic": float(taught)}

    def parts(self, decoded: Tensor, crops: Crops, heed: float) -> dict[str, Tensor]:
        """All that the loss is the sum of."""
        painted, own = crops.painted, crops.own
        verdicts, ours = self.critic(decoded, crops.labels)
        with torch.no_grad():
            _, theirs = self.critic(painted, crops.labels)
        loose = (1 - own) * unlike(ours, theirs, POOLED) + own * unlike(ours, theirs, 1)
        return {
            "detail": (crops.kept * detail_error(decoded, painted)).sum(dim=1).mean(),
            "broad": BROAD_WEIGHT * broad_error(decoded, painted).mean(),
            "loudness": LOUDNESS_WEIGHT * loudness_error(decoded, painted).mean(),
            "lattice": LATTICE_WEIGHT * lattice_loss(decoded, painted),
            "unlike": UNLIKE_WEIGHT * heed * loose.mean(),
            "praise": -PRAISE_WEIGHT * heed * praise(verdicts).mean(),
        }


def train(cleaning: Cleaning, data: Path, out: Path, batch: int, side: int) -> None:
    """Train to the last step, from the newest checkpoint in `out` if there is one."""
    first = cleaning.restore(checkpoint.load(out / "clean.pt"))
    pairs, shown = Pairs(data), Pairs(data, held_out=True)
    began = time.monotonic()
    for step in range(first, cleaning.steps):
        if step % RESCAN_EVERY == 0 or not pairs.pairs:
            pairs.rescan()
        figures = cleaning.learn(pairs.crops(np.random.default_rng((3, step)), batch, side), step)
        if step % TELL_EVERY == 0:
            said = " ".join(f"{name} {value:.3f}" for name, value in figures.items())
            click.echo(f"{step}/{cleaning.steps} {said} {time.monotonic() - began:.0f}s")
        if (step + 1) % KEEP_EVERY == 0 or step == cleaning.steps - 1:
            shown.rescan()
            with cleaning.average.applied():
                show(cleaning.vae, shown, side, out / f"clean-{step + 1}.png")
            checkpoint.save(out / "clean.pt", cleaning.state(step + 1))


@torch.no_grad()
def show(vae: AutoencoderKL, pairs: Pairs, side: int, path: Path) -> None:
    """Save a sheet: the teacher's above, what is decoded of repainted latents below."""
    if not pairs.pairs:
        return
    crops = pairs.crops(np.random.default_rng(5), 8, side)
    decoded = decode(vae, crops.latents)
    sheet = torch.cat([torch.cat(list(crops.painted), dim=2), torch.cat(list(decoded), dim=2)], dim=1)
    array = ((sheet.clamp(-1, 1) + 1) * 127.5).byte().permute(1, 2, 0).numpy()
    Image.fromarray(array).save(path)


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("runs/repainted"))
@click.option("--vae", type=click.Path(path_type=Path), default=Path("backend/tilebake/embedded/vae"))
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/vae"))
@click.option("--steps", default=1500, show_default=True)
@click.option("--batch", default=4, show_default=True)
@click.option("--side", default=16, show_default=True, help="Of each crop, in latents.")
@click.option("--learning-rate", default=3e-4, show_default=True)
@click.option("--threads", default=1, show_default=True)
def main(
    data: Path, vae: Path, out: Path, steps: int, batch: int, side: int, learning_rate: float, threads: int
) -> None:
    """Train the decoder of a finished autoencoder."""
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    out.mkdir(parents=True, exist_ok=True)
    start = AutoencoderKL.from_pretrained(vae).float()
    train(Cleaning(start, learning_rate, steps), data, out, batch, side)


if __name__ == "__main__":
    main()
