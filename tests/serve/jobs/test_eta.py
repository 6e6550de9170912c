"""Time left, from the steps themselves."""

from tilebake.serve.jobs.eta import Eta, update_eta


def after(*steps: tuple[int, float]) -> Eta:
    eta: Eta | None = None
    for step, moment in steps:
        eta = update_eta(eta, step, 10, moment)
    assert eta is not None
    return eta


def test_one_step_gives_no_speed() -> None:
    assert after((1, 100.0)).seconds_left is None


def test_what_came_before_the_first_step_does_not_count() -> None:
    assert after((1, 100.0), (2, 102.0)).seconds_left == 16.0
    assert after((1, 100.0), (2, 102.0), (3, 108.0)).seconds_left == 28.0


def test_at_the_end_nothing_is_left() -> None:
    assert after((1, 0.0), (10, 9.0)).seconds_left == 0.0


def test_a_restarted_bake_is_estimated_from_the_beginning() -> None:
    assert after((1, 0.0), (5, 4.0), (1, 10.0)).seconds_left is None
    assert after((1, 0.0), (5, 4.0), (1, 10.0), (2, 20.0)).seconds_left == 80.0
