"""Paint the training pictures into shards on disk. Seeded by shard, resumable, one process a core.

    python -m training.dataset --out runs/data --singles 4800 --scenes 1600
"""

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

import click
import numpy as np

from training.terrain.catalog import NAMES
from training.terrain.fields import Picture
from training.terrain.scene import Labels, Patch, random_patch, scene, single

SINGLE_SHAPE, SINGLES_A_SHARD = (256, 256), 40
SCENE_SHAPE, SCENES_A_SHARD = (448, 448), 10
LATENT = 8  # pixels a latent: labels are kept at that size

Item = tuple[Picture, Labels, tuple[Patch, ...]]


def paint_single(rng: np.random.Generator, index: int) -> Item:
    """Terrains in turn, so that each is there equally often."""
    patch = random_patch(rng, NAMES[index % len(NAMES)])
    return single(rng, SINGLE_SHAPE, patch), np.zeros(SINGLE_SHAPE, np.int64), (patch,)


def paint_scene(rng: np.random.Generator) -> Item:
    """Two to five different terrains; one scene in two has no adjectives at all."""
    count = int(rng.choice((2, 3, 4, 5), p=(0.35, 0.35, 0.2, 0.1)))
    names = rng.permutation(NAMES)[:count]
    patches = tuple(random_patch(rng, str(name)) for name in names)
    if rng.random() < 0.5:
        patches = tuple(Patch(patch.terrain) for patch in patches)
    return *scene(rng, SCENE_SHAPE, patches), patches


def write_shard(out: Path, kind: str, shard: int) -> Path:
    """Paint one shard and publish it by a rename, so that a killed run leaves no half shard."""
    path = out / f"{kind}-{shard:04d}.npz"
    if path.exists():
        return path
    rng = np.random.default_rng((7, shard, kind == "scene"))
    if kind == "single":
        items = [paint_single(rng, shard * SINGLES_A_SHARD + i) for i in range(SINGLES_A_SHARD)]
    else:
        items = [paint_scene(rng) for _ in range(SCENES_A_SHARD)]
    images = np.stack([(picture * 255 + 0.5).astype(np.uint8) for picture, _, _ in items])
    labels = np.stack([each[LATENT // 2 :: LATENT, LATENT // 2 :: LATENT].astype(np.uint8) for _, each, _ in items])
    patches = json.dumps([[asdict(patch) for patch in each] for _, _, each in items])
    part = path.with_suffix(".part.npz")
    np.savez(part, images=images, labels=labels, patches=np.array(patches))
    part.replace(path)
    return path


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/data"))
@click.option("--singles", default=4800, show_default=True)
@click.option("--scenes", default=1600, show_default=True)
@click.option("--workers", default=2, show_default=True)
def main(out: Path, singles: int, scenes: int, workers: int) -> None:
    """Paint the training pictures."""
    out.mkdir(parents=True, exist_ok=True)
    jobs = [("single", i) for i in range(singles // SINGLES_A_SHARD)]
    jobs += [("scene", i) for i in range(scenes // SCENES_A_SHARD)]
    jobs.sort(key=lambda job: job[1])  # both kinds from the start: training may begin early
    with ProcessPoolExecutor(workers) as pool:
        for done, path in enumerate(pool.map(write_shard, *zip(*[(out, *job) for job in jobs], strict=True)), 1):
            click.echo(f"{done}/{len(jobs)} {path.name}")


if __name__ == "__main__":
    main()
