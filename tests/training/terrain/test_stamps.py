"""Things strewn over a ground: in their places, one over the other, with a shadow to the lower right."""

import numpy as np
import pytest

from training.terrain.stamps import Stamp, boulder, disc, dome, joined, leaf, scattered, strew, stroke

SHAPE = (60, 80)


def ball(radius: float = 5) -> Stamp:
    return dome(*disc(radius), radius)


def test_the_same_seed_strews_the_same_things() -> None:
    first, second = (strew(np.random.default_rng(2), SHAPE, [ball(), ball(3)], 12) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.shape == SHAPE


@pytest.mark.parametrize("spacing", [9.0, 20.0])
def test_places_lie_all_over_the_ground_and_beyond_its_borders(spacing: float) -> None:
    places = scattered(np.random.default_rng(0), SHAPE, spacing, 0.8)
    inside = np.all((places >= 0) & (places < SHAPE), axis=1).sum()
    assert inside == pytest.approx(SHAPE[0] * SHAPE[1] / spacing**2, rel=0.3)
    assert (places.min(axis=0) < 0).all()
    assert (places.max(axis=0) > SHAPE).all()
    assert (np.diff(places[:, 0]) >= 0).all()


def test_things_are_strewn_only_where_there_is_a_share_for_them() -> None:
    share = np.zeros(SHAPE)
    share[:, 40:] = 1
    found = strew(np.random.default_rng(1), SHAPE, [ball()], 12, share=share)
    assert found.cover[:, :32].max() == 0
    assert found.cover[:, 48:].mean() > 0.3


def test_a_thing_lies_whole_over_the_one_above_it() -> None:
    below, above = ball(8), ball(8)
    found = strew(np.random.default_rng(5), SHAPE, [below, above], 9, shadow=0)
    assert len(np.unique(found.random[found.cover > 0.999])) > 20
    assert found.shade.min() == 1


def test_a_shadow_falls_to_the_lower_right() -> None:
    found = strew(np.random.default_rng(3), SHAPE, [ball()], 30, shadow=0.6)
    (y, x), (dark_y, dark_x) = np.nonzero(found.cover > 0.9), np.nonzero(found.shade < 0.7)
    nearest = np.argmin((y[:, None] - dark_y) ** 2 + (x[:, None] - dark_x) ** 2, axis=0)
    assert found.shade.min() >= 0.4 - 1e-6
    assert (dark_y - y[nearest]).mean() > 0
    assert (dark_x - x[nearest]).mean() > 0


@pytest.mark.parametrize(
    "thing",
    [
        ball(),
        boulder(np.random.default_rng(1), 6),
        leaf(*disc(8), 7, 2.5, 0.7),
        stroke(*disc(8), (-4, -4), (4, 4), (2, 1)),
        joined(ball(), dome(*disc(5), 2)),
    ],
)
def test_a_stamp_covers_its_middle_and_not_its_corners(thing: Stamp) -> None:
    assert thing.cover.shape == thing.tone.shape == thing.height.shape
    assert thing.cover.max() > 0.9
    assert thing.cover[0, 0] == thing.cover[-1, -1] == 0
    assert thing.cover.min() >= 0
    assert thing.tone.min() >= 0
    assert thing.tone.max() <= 1


def test_a_dome_is_lit_from_the_upper_left() -> None:
    tone = ball(10).tone
    assert tone[4, 4] > tone[-5, -5] + 0.2
