"""Paint the training pictures into shards on disk. Seeded by shard, resumable, one process a core.

python -m training.data.dataset --singles 3680 --darks 240 --scenes 500 --levels 1300 --commons 500
"""

import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import click
import numpy as np

from training.data.themes import chosen, chosen_common
from training.terrain.catalog import NAMES, TERRAINS
from training.terrain.fields import Labels, Picture, Shape
from training.terrain.level import anyhow, level
from training.terrain.scene import Layout, Patch, random_patch, scene, single

LATENT = 8  # pixels a latent: labels are kept at that size

Item = tuple[Picture, Labels, tuple[Patch, ...]]


@dataclass(frozen=True)
class Kind:
    """One kind of picture, and how many of them make a shard."""

    name: str
    shape: Shape
    per_shard: int
    stream: int  # of random numbers
    layout: Layout | None = None  # where its terrains stand, if there are several
    adjectives: tuple[str, ...] | None = None  # of its one terrain, if they are not left to chance
    terrains: Callable[[np.random.Generator, int], tuple[str, ...]] = chosen

    def paint(self, rng: np.random.Generator, index: int) -> Item:
        """The picture of that number."""
        if self.layout is None:
            return paint_single(rng, self.shape, index, self.adjectives)
        return paint_scene(rng, self)


SINGLE = Kind("single", (256, 256), 40, stream=0)
SCENE = Kind("scene", (448, 448), 10, stream=1, layout=anyhow)
LEVEL = Kind("level", (448, 448), 10, stream=2, layout=level)
COMMON = Kind("common", (448, 448), 10, stream=4, layout=level, terrains=chosen_common)
DARK = Kind("dark", (256, 256), 40, stream=3, adjectives=("dark",))


def paint_single(
    rng: np.random.Generator, shape: Shape, index: int, adjectives: tuple[str, ...] | None = None
) -> Item:
    """Terrains in turn, so that each is there equally often."""
    terrain = NAMES[index % len(NAMES)]
    patch = random_patch(rng, terrain) if adjectives is None else Patch(terrain, adjectives)
    return single(rng, shape, patch), np.zeros(shape, np.int64), (patch,)


def paint_scene(rng: np.random.Generator, kind: Kind) -> Item:
    """Two to five different terrains; one scene in two has no adjectives at all."""
    count = int(rng.choice((2, 3, 4, 5), p=(0.35, 0.35, 0.2, 0.1)))
    patches = tuple(random_patch(rng, name) for name in kind.terrains(rng, count))
    if rng.random() < 0.5:
        patches = tuple(Patch(patch.terrain) for patch in patches)
    if kind.terrains is chosen_common:
        patches = tuple(darkened(rng, patch) for patch in patches)
    assert kind.layout is not None
    return *scene(rng, kind.shape, patches, kind.layout), patches


def darkened(rng: np.random.Generator, patch: Patch) -> Patch:
    """Make one in five of the terrains without adjectives dark: a dark forest is what many maps ask for."""
    is_dark = not patch.adjectives and "dark" not in TERRAINS[patch.terrain].plain and rng.random() < 0.2
    return Patch(patch.terrain, ("dark",)) if is_dark else patch


def write_shard(out: Path, job: tuple[Kind, int]) -> Path:
    """Paint one shard, unless it is there, and publish it by a rename: a killed run leaves no half shard."""
    kind, shard = job
    path = out / f"{kind.name}-{shard:04d}.npz"
    if path.exists():
        return path
    rng = np.random.default_rng((7, shard, kind.stream))
    items = [kind.paint(rng, shard * kind.per_shard + i) for i in range(kind.per_shard)]
    images = np.stack([(picture * 255 + 0.5).astype(np.uint8) for picture, _, _ in items])
    labels = np.stack([each[LATENT // 2 :: LATENT, LATENT // 2 :: LATENT] for _, each, _ in items])
    patches = json.dumps([[asdict(patch) for patch in each] for _, _, each in items])
    part = path.with_suffix(".part.npz")
    np.savez(part, images=images, labels=labels.astype(np.uint8), patches=np.array(patches))
    part.replace(path)
    return path


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/data"))
@click.option("--singles", default=3680, show_default=True)
@click.option("--darks", default=240, show_default=True)
@click.option("--scenes", default=500, show_default=True)
@click.option("--levels", default=1300, show_default=True)
@click.option("--commons", default=500, show_default=True)
@click.option("--workers", default=2, show_default=True)
def main(out: Path, singles: int, darks: int, scenes: int, levels: int, commons: int, workers: int) -> None:
    """Paint the training pictures."""
    out.mkdir(parents=True, exist_ok=True)
    counts = ((SINGLE, singles), (DARK, darks), (SCENE, scenes), (LEVEL, levels), (COMMON, commons))
    jobs = [(kind, i) for kind, count in counts for i in range(count // kind.per_shard)]
    jobs.sort(key=lambda job: job[1])  # all kinds from the start: training may begin early
    with ProcessPoolExecutor(workers) as pool:
        for done, path in enumerate(pool.map(partial(write_shard, out), jobs), 1):
            click.echo(f"{done}/{len(jobs)} {path.name}")


if __name__ == "__main__":
    main()
