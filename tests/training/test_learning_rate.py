"""Learning rates over a run."""

from training.learning_rate import cosine_rate


def test_rates_warm_up_and_fall() -> None:
    at = [cosine_rate(step, 3000, 1.0) for step in (0, 99, 300, 2900, 2999)]
    assert at[0] <= 0.01
    assert max(at) <= 1.0
    assert at[2] > 0.9
    assert 0 < at[4] <= at[3] < 0.2
