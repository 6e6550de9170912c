"""A painted surface before the light falls on it, and the light."""

from dataclasses import dataclass, replace

import numpy as np

from training.terrain.fields import Field, Picture, Shape, blur, enlarged, mix, noise


@dataclass(frozen=True)
class Surface:
    """What a terrain is made of, pixel by pixel.

    albedo: colour from 0 to 1, [height, width, 3].
    height: relief in canvas pixels, [height, width]; it makes light, shade and what lies on top.
    gloss: 0 (chalk) to 1 (wet), [height, width] or one number.
    glow: light of its own, added after the light, [height, width, 3] or 0.
    """

    albedo: Picture
    height: Field
    gloss: Field | float = 0.0
    glow: Picture | float = 0.0

    @property
    def shape(self) -> Shape:
        """Height and width."""
        return self.height.shape[0], self.height.shape[1]

    def magnified(self, factor: float, shape: Shape) -> "Surface":
        """The same ground seen from nearer, cut to a shape: slopes stay, so height grows with the rest."""
        return Surface(
            np.clip(enlarged(self.albedo, factor, shape), 0, 1),
            factor * enlarged(self.height, factor, shape),
            enlarged(self.gloss, factor, shape) if isinstance(self.gloss, np.ndarray) else self.gloss,
            enlarged(self.glow, factor, shape) if isinstance(self.glow, np.ndarray) else self.glow,
        )

    def transposed(self) -> "Surface":
        """Rows become columns."""
        gloss = self.gloss.T.copy() if isinstance(self.gloss, np.ndarray) else self.gloss
        glow = self.glow.swapaxes(0, 1).copy() if isinstance(self.glow, np.ndarray) else self.glow
        return Surface(self.albedo.swapaxes(0, 1).copy(), self.height.T.copy(), gloss, glow)


def lowness(surface: Surface, rng: np.random.Generator, scale: float) -> Field:
    """A noise that prefers hollows, deviation about 1."""
    height = surface.height - surface.height.mean()
    return noise(rng, surface.shape, scale) - 0.6 * height / (height.std() + 0.5)


def with_things(surface: Surface, albedo: Picture, cover: Field, height: Field) -> Surface:
    """A surface with things on it that neither shine nor glow."""
    return replace(
        surface,
        albedo=albedo.astype(np.float32),
        height=mix(surface.height, surface.height * 0.5 + 2 + height, cover),
        gloss=surface.gloss * (1 - cover),
        glow=surface.glow * (1 - 0.9 * cover)[..., None],
    )


def lit(surface: Surface, sun: tuple[float, float] = (-0.6, -0.7), ambient: float = 0.55) -> Picture:
    """Light a surface from the upper left: Lambert shade, hollows darkened, a highlight where it is wet."""
    dy, dx = np.gradient(surface.height)
    steep = np.sqrt(dx * dx + dy * dy + 1)
    length = float(np.sqrt(sun[0] ** 2 + sun[1] ** 2 + 1))
    facing = (-dx * sun[0] - dy * sun[1] + 1) / (steep * length)  # cosine between normal and light
    flat = 1 / length
    shade = ambient + (1 - ambient) * np.clip(facing, 0, None) / flat
    hollow = np.clip(1 + 0.10 * (surface.height - blur(surface.height, 5)), 0.6, 1.15)
    shine = surface.gloss * np.clip(facing - flat, 0, 1) ** 2 * 3
    picture = surface.albedo * (shade * hollow)[..., None] + shine[..., None] + surface.glow
    # warm light, cool shade: what makes a picture look painted
    warm = np.array([1.03, 1.0, 0.95], np.float32)
    cool = np.array([0.94, 0.98, 1.08], np.float32)
    tint = mix(np.broadcast_to(cool, picture.shape), warm, np.clip(shade, 0, 1.2) / 1.2)
    return np.clip(picture * tint, 0, 1).astype(np.float32)
