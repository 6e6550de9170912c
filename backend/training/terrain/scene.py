"""Pictures for training: one terrain alone, or several that meet as they would in a level."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from training.terrain.borders import blended, bordered, mingled, shares
from training.terrain.catalog import NAMES, TERRAINS
from training.terrain.dressing import dressed
from training.terrain.fields import Labels, Picture, Shape
from training.terrain.level import Plan, anyhow
from training.terrain.look import ADJECTIVES, Look, contradict
from training.terrain.surface import Surface, lit

__all__ = ["ADJECTIVES", "NEARER", "Layout", "Patch", "anyhow", "random_patch", "scene", "single"]

# how much nearer than they are painted terrains are seen: stones of two or three latents are learnt, and look
# well at 64 pixels a tile; of one latent or two they come out as noise
NEARER = 1.8
WEATHER = 8  # adjectives that are drawn twice as often as the rest: the first ones, which everything may have

Layout = Callable[[np.random.Generator, Shape, int], Plan]  # where so many terrains stand


@dataclass(frozen=True)
class Patch:
    """One terrain of a scene with the adjectives that hold for it."""

    terrain: str
    adjectives: tuple[str, ...] = ()

    def surface(self, rng: np.random.Generator, shape: Shape) -> Surface:
        """Its ground from edge to edge, before the light falls on it."""
        strengths = dict.fromkeys(self.adjectives, rng.uniform(0.8, 1.0))
        look = Look(**strengths)
        small = (int(shape[0] / NEARER) + 2, int(shape[1] / NEARER) + 2)
        ground = dressed(TERRAINS[self.terrain].paint(rng, small, look), look, rng)
        return ground.magnified(NEARER, shape)


def random_patch(rng: np.random.Generator, terrain: str | None = None) -> Patch:
    """A terrain with no adjective (half the time), one, or two."""
    name = terrain or str(rng.choice(NAMES))
    choices = [word for word in ADJECTIVES if word not in TERRAINS[name].plain]
    weights = np.array([2.0 if word in ADJECTIVES[:WEATHER] else 1.0 for word in choices])
    count = int(rng.choice(3, p=(0.5, 0.38, 0.12)))
    drawn = rng.choice(choices, count, replace=False, p=weights / weights.sum())
    adjectives = tuple(sorted(str(word) for word in drawn))
    return Patch(name, adjectives[:1] if contradict(adjectives) else adjectives)


def single(rng: np.random.Generator, shape: Shape, patch: Patch) -> Picture:
    """One terrain from edge to edge."""
    return lit(patch.surface(rng, shape))


def scene(
    rng: np.random.Generator, shape: Shape, patches: tuple[Patch, ...], layout: Layout
) -> tuple[Picture, Labels]:
    """Several terrains, each in places of its own, with their borders: (picture, labels).

    Where a line was led over a corner between two tiles, the labels are those that the tiles ask for.
    """
    plan = layout(rng, shape, len(patches))
    surfaces = [patch.surface(rng, shape) for patch in patches]
    terrains = [TERRAINS[patch.terrain] for patch in patches]
    share = mingled(shares(rng, plan.painted, surfaces, plan.tile), terrains)
    ground = bordered(rng, blended(surfaces, share), share, terrains)
    labels = np.where(plan.asked == plan.painted, np.argmax(share, axis=0), plan.asked)
    return lit(ground), labels
