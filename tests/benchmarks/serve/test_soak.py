"""The slope by which a soak is judged. The soak itself takes hours."""

import pytest

from benchmarks.serve.soak import growth


def test_a_watch_that_grew_only_at_first_has_not_grown_over_the_last_half() -> None:
    assert growth([50, 60, 70, 80, 80, 80, 80, 80]) == pytest.approx(0, abs=1e-9)


def test_steady_growth_is_a_share_of_what_the_last_half_began_with() -> None:
    assert growth([100, 110, 120, 130, 140, 150, 160]) == pytest.approx(30 / 130)


def test_one_high_reading_is_not_taken_for_growth() -> None:
    assert growth([100.0] * 40 + [120.0]) == 0
