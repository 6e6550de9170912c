"""Pairs for the decoder: the teacher's pictures, and the latents that the finished model makes of them.

    python -m training.autoencoder.repaint --shards 60     # runs/repainted, four pairs a shard

A picture is encoded, noised up to one of the product's ten steps, and painted on by the product's own
denoiser: prompts by place, guidance in two scales, Karras' sigmas. What comes out lies where the picture lay
and has all that is wrong with the UNet's own painting. Resumable and seeded by shard.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from tilebake.level.masks.blend_schedule import Blend
from tilebake.level.masks.regions import Regions
from tilebake.level.settings import BakeSettings
from tilebake.models.reference import EMBEDDED, resolve
from tilebake.models.words.model_words import WORDS_NAME, ModelWords, read_words
from tilebake.paint.denoise import Denoiser, Sampling, Span, denoise
from tilebake.paint.model.load import Components, load
from tilebake.paint.prompts.embeds import Conditioning
from tilebake.paint.prompts.encode import encode_optional, encode_prompt
from tilebake.paint.regional.blending import Blending
from tilebake.request import Step
from training import checkpoint
from training.autoencoder.shape import posterior
from training.data.captions import SYNONYMS, scene_prompt
from training.data.dataset import LATENT
from training.data.pictures import tensor
from training.memory_format import pixels_last
from training.terrain.catalog import NAMES, TERRAINS
from training.terrain.fields import Shape
from training.terrain.level import Plan, anyhow, level
from training.terrain.look import contradict
from training.terrain.scene import Patch, scene, single

SIDE: Final = 448
PER_SHARD: Final = 4
KNOWN: Final = 20  # terrains that the shipped model was trained on: the catalog's first
COMMON: Final = ("grass", "forest", "water", "sand", "cobblestone", "stone")
ADJECTIVES: Final = ("lush", "dry", "dark", "bright", "mossy", "snowy", "autumn", "muddy")
# the first step that the model takes of its ten, and how often: at 0 nothing is left of the picture but where
# its terrains are
FIRST: Final = {0: 0.32, 4: 0.14, 5: 0.22, 6: 0.20, 7: 0.12}
SOFTNESS: Final = (1.8, 3.0)  # latents; a bake's masks have 4, at a contrast of 2 as if it were 2.8
BASE_WEIGHT: Final = 0.3
LEAST_TILE: Final = 56.0  # pixels


@dataclass(frozen=True, eq=False)
class Original:
    """A picture of the teacher's, and what stands where."""

    image: Tensor  # [3, h, w] from -1 to 1
    labels: NDArray[np.int64]  # [h / 8, w / 8]: which of the patches
    patches: tuple[Patch, ...]


def original(rng: np.random.Generator) -> Original:
    """A level, a scene or one terrain alone, of terrains that the shipped model knows."""
    kind, shape = rng.random(), (SIDE, SIDE)
    count = 1 if kind < 0.25 else int(rng.choice((2, 3, 4)))
    patches = tuple(patch(rng, name) for name in terrains(rng, count))
    if count == 1:
        painted, labels = single(rng, shape, patches[0]), np.zeros(shape, np.int64)
    else:
        painted, labels = scene(rng, shape, patches, broad_level if kind < 0.65 else anyhow)
    image = tensor((np.clip(painted, 0, 1) * 255 + 0.5).astype(np.uint8)[None])[0]
    return Original(image, labels[LATENT // 2 :: LATENT, LATENT // 2 :: LATENT], patches)


def broad_level(rng: np.random.Generator, shape: Shape, count: int) -> Plan:
    """A level of tiles about as large as a bake's: what is smaller, the shipped model paints as anything."""
    while (plan := level(rng, shape, count)).tile < LEAST_TILE:
        pass
    return plan


def terrains(rng: np.random.Generator, count: int) -> list[str]:
    """So many different terrains, the common ones three times as often."""
    names = np.array(NAMES[:KNOWN])
    weights = np.array([3.0 if name in COMMON else 1.0 for name in names])
    return [str(name) for name in rng.choice(names, count, replace=False, p=weights / weights.sum())]


def patch(rng: np.random.Generator, terrain: str) -> Patch:
    """A terrain with no adjective, one or two of those that the shipped model knows."""
    choices = [word for word in ADJECTIVES if word not in TERRAINS[terrain].plain]
    count = int(rng.choice(3, p=(0.55, 0.38, 0.07)))
    drawn = [str(word) for word in rng.choice(choices, count, replace=False)]
    return Patch(terrain, tuple(sorted(drawn[:1] if contradict(tuple(drawn)) else drawn)))


def phrase(rng: np.random.Generator, asked: Patch, words: ModelWords) -> str:
    """One terrain in words that the shipped model knows, as a map would ask for it."""
    choices = [[word for word in SYNONYMS[each] if word in words.adjectives] for each in asked.adjectives]
    said = [str(rng.choice(each)) for each in choices]
    plain = [word for word in TERRAINS[asked.terrain].plain if word in words.adjectives]
    if plain and rng.random() < 0.5:
        said.append(str(rng.choice(plain)))
    return " ".join([*said, str(rng.choice(words.terrains[asked.terrain].nouns))])


def blend(rng: np.random.Generator, labels: NDArray[np.int64], names: Sequence[str], steps: int) -> Blending:
    """Where each prompt is read, in soft masks like a bake's."""
    shown = np.stack([labels == index for index in range(len(names))]).astype(np.float32)
    sigma = rng.uniform(*SOFTNESS)
    soft = ndimage.gaussian_filter(shown, (0, sigma, sigma), mode="nearest") + 1e-6
    regions = Regions(tuple(names), soft / soft.sum(axis=0), np.zeros(labels.shape, np.float32))
    return Blending((Blend(BASE_WEIGHT, 1 - BASE_WEIGHT, 1.0),) * steps, {1.0: regions})


@torch.no_grad()
def repaint(
    rng: np.random.Generator, components: Components, asked: Original, words: ModelWords, first: int
) -> tuple[Tensor, Tensor]:
    """The picture's latents, and what the model makes of them from step `first` on: each [1, 8, h, w]."""
    clean = posterior(components.vae, pixels_last(asked.image[None])).mean
    prompts = [phrase(rng, each, words) for each in asked.patches]
    conditioning = Conditioning(
        encode_prompt(components, scene_prompt(rng)),
        tuple(encode_prompt(components, prompt) for prompt in prompts),
        encode_optional(components, None),
        None,
    )
    sampling = Sampling.from_settings(BakeSettings(), components.defaults, seed=0)
    noise = torch.from_numpy(rng.standard_normal(clean.shape, np.float32))
    denoiser = Denoiser(
        components,
        noise,
        conditioning,
        blend(rng, asked.labels, prompts, sampling.steps),
        sampling,
        span=Span(range(first, sampling.steps), clean) if first else None,
    )
    return clean, denoise(denoiser, unobserved)


def unobserved(_step: Step) -> None:
    """Let the painting go on."""


def write_shard(out: Path, shard: int, components: Components, words: ModelWords) -> Path:
    """Make the pairs of one shard, unless they are there."""
    path = out / f"{shard:04d}.pt"
    if path.exists():
        return path
    rng, pairs = np.random.default_rng((29, shard)), list[dict[str, Tensor]]()
    for _ in range(PER_SHARD):
        asked, first = original(rng), int(rng.choice(list(FIRST), p=list(FIRST.values())))
        clean, repainted = repaint(rng, components, asked, words, first)
        stands = np.array([NAMES.index(each.terrain) for each in asked.patches])[asked.labels]
        pairs.append(
            {
                "image": ((asked.image + 1) * 127.5 + 0.5).byte(),
                "labels": torch.from_numpy(stands).byte(),
                "clean": clean[0].half(),
                "repainted": repainted[0].half(),
                "first": torch.tensor(first),
            }
        )
    checkpoint.save(path, {"pairs": pairs})
    return path


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/repainted"), show_default=True)
@click.option("--begin", default=0, show_default=True, help="The first shard.")
@click.option("--shards", default=60, show_default=True)
@click.option("--threads", default=1, show_default=True)
def main(out: Path, begin: int, shards: int, threads: int) -> None:
    """Make pairs with the shipped model."""
    torch.set_num_threads(threads)
    out.mkdir(parents=True, exist_ok=True)
    components, words = load(resolve("embedded", Path.cwd())), read_words(EMBEDDED / WORDS_NAME)
    assert words is not None
    for shard in range(begin, shards):
        click.echo(write_shard(out, shard, components, words).name)


if __name__ == "__main__":
    main()
