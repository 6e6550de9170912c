"""Schedulers: the name chooses the solver, the model's configuration all that it was trained with."""

from typing import Any, cast, get_args

import diffusers
import pytest
import torch

from benchmarks.stock.run import STOCK
from tilebake.errors import BakeError, ModelError
from tilebake.level import settings
from tilebake.paint.model.load import Components
from tilebake.paint.schedulers import (
    RECIPES,
    blend_history,
    history_of,
    make_scheduler,
    notes_on_schedule,
    start,
    step_options,
)

NAMES = get_args(settings.Scheduler)


def test_there_is_a_scheduler_for_every_name_that_settings_allow() -> None:
    assert set(RECIPES) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_does_the_same_steps_as_the_stock_scheduler(name: str, tiny_components: Components) -> None:
    class_name, options = STOCK[name]
    stock = getattr(diffusers, class_name).from_config(dict(tiny_components.scheduler_config), **options)
    stock.set_timesteps(4)
    ours = make_scheduler(name, tiny_components.scheduler_config)
    torch.testing.assert_close(start(ours, 4), stock.timesteps, rtol=0, atol=0)
    torch.testing.assert_close(
        _walk(ours, step_options(ours, 5)), _walk(stock, step_options(ours, 5)), rtol=0, atol=0
    )


def _walk(scheduler: Any, options: dict[str, Any]) -> torch.Tensor:
    """All steps of a scheduler, with a model that predicts half of what it is given."""
    latents = torch.randn(1, 4, 5, 7, generator=torch.Generator().manual_seed(0)) * scheduler.init_noise_sigma
    for timestep in scheduler.timesteps:
        predicted = 0.5 * scheduler.scale_model_input(latents, timestep)
        latents = scheduler.step(predicted, timestep, latents, **options).prev_sample
    return latents


@pytest.mark.parametrize("name", NAMES)
def test_what_the_model_was_trained_with_is_kept(name: str) -> None:
    trained = {
        "_class_name": "DDIMScheduler",
        "num_train_timesteps": 500,
        "beta_start": 0.001,
        "beta_end": 0.02,
        "beta_schedule": "linear",
        "prediction_type": "v_prediction",
        "rescale_betas_zero_snr": True,
        "timestep_spacing": "trailing",
    }
    config = cast("Any", make_scheduler(name, trained)).config
    assert {key: config[key] for key in trained if key != "_class_name"} == {
        key: value for key, value in trained.items() if key != "_class_name"
    }


@pytest.mark.parametrize("name", NAMES)
def test_with_zero_terminal_snr_all_stays_finite(name: str) -> None:
    base = {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
    scheduler = make_scheduler(
        name, {**base, "beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
    )
    start(scheduler, 6)
    assert bool(_walk(scheduler, step_options(scheduler, 1)).isfinite().all())


@pytest.mark.parametrize("name", ["euler_a", "lcm"])
def test_the_noise_of_a_step_comes_from_the_seed_alone(name: str) -> None:
    def walk(seed: int) -> torch.Tensor:
        scheduler = make_scheduler(name, {})
        start(scheduler, 4)
        torch.rand(seed + 1)  # the global generator is somewhere else each time
        return _walk(scheduler, step_options(scheduler, seed))

    torch.testing.assert_close(walk(3), walk(3), rtol=0, atol=0)
    assert not torch.equal(walk(3), walk(4))


def test_an_unknown_scheduler_name_is_refused_and_known_ones_are_named() -> None:
    with pytest.raises(ModelError, match="choose one of: euler, euler_a"):
        make_scheduler("heun", {})


@pytest.mark.parametrize("base_class", ["EDMEulerScheduler", "FlowMatchEulerDiscreteScheduler"])
def test_another_familys_noise_schedule_is_refused(base_class: str) -> None:
    with pytest.raises(ModelError, match=base_class):
        make_scheduler("euler", {"_class_name": base_class})


def test_too_many_steps_for_a_scheduler_are_refused() -> None:
    with pytest.raises(BakeError, match="2000 steps"):
        start(make_scheduler("lcm", {}), 2000)


@pytest.mark.parametrize("name", sorted({*NAMES} - {"lcm", "dpmpp_2m_karras"}))
def test_with_trailing_spacing_few_steps_begin_at_the_last_timestep(
    name: str, tiny_components: Components
) -> None:
    leading = start(
        make_scheduler(name, {**tiny_components.scheduler_config, "timestep_spacing": "leading"}), 4
    )
    assert float(leading[0]) < 850
    trailing = start(make_scheduler(name, tiny_components.scheduler_config, "trailing"), 4)
    assert float(trailing[0]) > 990


def test_karras_sigmas_with_zero_terminal_snr_are_told_where_they_are_too_few() -> None:
    zero = {"rescale_betas_zero_snr": True}
    (note,) = notes_on_schedule("dpmpp_2m_karras", zero, 4)
    assert "take 8 steps or more" in note
    assert notes_on_schedule("dpmpp_2m_karras", zero, 8) == ()
    assert notes_on_schedule("dpmpp_2m_karras", {}, 4) == ()
    assert notes_on_schedule("euler", zero, 4) == ()


# DPM++ remembers predictions alone, which stay the target's.
@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("dpmpp")])
def test_a_target_that_is_given_the_sources_samples_and_memory_goes_on_as_the_source(name: str) -> None:
    source, target = (make_scheduler(name, {"timestep_spacing": "trailing"}) for _ in range(2))
    for each in (source, target):
        start(each, 6)
    nowhere = torch.zeros(5, 7)
    ours = torch.randn(1, 4, 5, 7, generator=torch.Generator().manual_seed(0)) * source.init_noise_sigma
    theirs = ours.clone()
    for step, timestep in enumerate(source.timesteps):
        is_edited = step < 3  # then the target predicts other noise, and is blended back
        predicted = 0.5 * source.scale_model_input(ours, timestep)
        other = (0.8 if is_edited else 0.5) * target.scale_model_input(theirs, timestep)
        ours = source.step(predicted, timestep, ours, **step_options(source, step)).prev_sample
        theirs = target.step(other, timestep, theirs, **step_options(target, step)).prev_sample
        if is_edited:
            theirs = torch.lerp(ours, theirs, nowhere)
            blend_history(history_of(source), target, nowhere)
    torch.testing.assert_close(theirs, ours)
