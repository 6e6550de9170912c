"""Make schedulers by name, each from the model's own noise schedule.

What the model was trained with (betas, prediction type, zero terminal SNR, timestep spacing) is kept from its
base configuration; the name chooses the solver alone.
"""

import inspect
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol, cast

import torch
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    LCMScheduler,
    UniPCMultistepScheduler,
)

from tilebake.errors import BakeError, ModelError


class DiffusersScheduler(Protocol):
    """Describe what the denoising loop needs of a diffusers scheduler."""

    timesteps: torch.Tensor
    init_noise_sigma: float | torch.Tensor

    def set_timesteps(self, num_inference_steps: int, device: str) -> None: ...
    def scale_model_input(self, sample: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor: ...
    def add_noise(
        self, original_samples: torch.Tensor, noise: torch.Tensor, timesteps: torch.Tensor
    ) -> torch.Tensor: ...
    def step(
        self, model_output: torch.Tensor, timestep: torch.Tensor, sample: torch.Tensor, **options: Any
    ) -> Any: ...


class Recipe(NamedTuple):
    """Describe a solver: its class, and what sets it apart from the class's other uses."""

    scheduler_class: type
    options: Mapping[str, object]


_DPM = {"algorithm_type": "dpmsolver++", "solver_order": 2, "solver_type": "midpoint"}
RECIPES: Mapping[str, Recipe] = {
    "euler": Recipe(EulerDiscreteScheduler, {}),
    "euler_a": Recipe(EulerAncestralDiscreteScheduler, {}),
    "dpmpp_2m": Recipe(DPMSolverMultistepScheduler, {**_DPM, "use_karras_sigmas": False}),
    "dpmpp_2m_karras": Recipe(DPMSolverMultistepScheduler, {**_DPM, "use_karras_sigmas": True}),
    "ddim": Recipe(DDIMScheduler, {"clip_sample": False, "set_alpha_to_one": False}),
    "lcm": Recipe(LCMScheduler, {}),
    "unipc": Recipe(UniPCMultistepScheduler, {}),
}
TAKES_GENERATOR = (EulerAncestralDiscreteScheduler, LCMScheduler)
LEAST_SHARE: Final = 1e-4  # of a picture in its noise: a first step of pure noise has none
FEWEST_KARRAS: Final = 8  # steps, with zero terminal SNR
FOREIGN = ("EDM", "FlowMatch")  # schedules of models that are not of SDXL's family


def make_scheduler(
    name: str, base_config: Mapping[str, Any], timestep_spacing: str | None = None
) -> DiffusersScheduler:
    """Make the scheduler called `name`, on the noise schedule of `base_config`.

    `timestep_spacing` takes the place of the schedule's own, where it is given.

    Raises ModelError for a name that is not in RECIPES, and for a schedule that is not of SDXL's family.
    """
    recipe = RECIPES.get(name)
    if recipe is None:
        raise ModelError(f'there is no scheduler "{name}"', hint=f"choose one of: {', '.join(RECIPES)}")
    base_class = str(base_config.get("_class_name", ""))
    if base_class.startswith(FOREIGN):
        raise ModelError(f"the model needs a {base_class}", hint="use a model of SDXL's family")
    known = inspect.signature(recipe.scheduler_class).parameters
    kept = {key: value for key, value in base_config.items() if key in known}
    spacing = {} if timestep_spacing is None else {"timestep_spacing": timestep_spacing}
    return cast("DiffusersScheduler", recipe.scheduler_class(**{**kept, **spacing, **recipe.options}))


def start(scheduler: DiffusersScheduler, steps: int, first: int = 0) -> torch.Tensor:
    """Set the scheduler to the first step that is taken; return all timesteps [steps], on the CPU.

    They stay on the CPU, as all of the scheduler's arithmetic on single numbers does, so that no step waits
    for the device. Raises BakeError when the scheduler cannot do that many steps.
    """
    try:
        scheduler.set_timesteps(steps, device="cpu")
    except ValueError as error:
        raise BakeError(
            f"{steps} steps: {error}", hint="take another number of steps, or another scheduler"
        ) from None
    if not isinstance(scheduler, DDIMScheduler):  # which keeps no position
        cast("Any", scheduler).set_begin_index(first)
    return scheduler.timesteps


def first_step_within(scheduler: DiffusersScheduler, steps: int, share: float) -> int:
    """Return the first step that has no more than a share of the noise before it, the last one at most.

    Noise is counted in the model's training timesteps, as img2img in diffusers does by counting steps where
    they lie evenly. Karras' sigmas do not, and a share is the same noise there all the same.

    Raises BakeError when the scheduler cannot do that many steps.
    """
    most = share * cast("Any", scheduler).config["num_train_timesteps"]
    timesteps = start(scheduler, steps)
    return next((step for step, timestep in enumerate(timesteps) if float(timestep) <= most), steps - 1)


def notes_on_schedule(name: str, base_config: Mapping[str, Any], steps: int) -> tuple[str, ...]:
    """Say where a scheduler is known to paint badly on a model's noise schedule.

    With zero terminal SNR the first noise level is some 4,000, and Karras' curve from there spends few steps
    where pictures are made: 4 keep an eighth of the contrast that other schedulers keep.
    """
    if name != "dpmpp_2m_karras" or not base_config.get("rescale_betas_zero_snr") or steps >= FEWEST_KARRAS:
        return ()
    what = f"{name} paints faint pictures in {steps} steps with this model, whose noise has no picture left"
    return (f"{what}: take {FEWEST_KARRAS} steps or more, or dpmpp_2m",)


def noise_levels(scheduler: DiffusersScheduler, steps: int) -> tuple[float, ...]:
    """Return how much noise there is for each part of picture before every step, falling.

    Raises BakeError when the scheduler cannot do that many steps.
    """
    timesteps = start(scheduler, steps)
    alphas = cast("Any", scheduler).alphas_cumprod
    shares = [float(alphas[round(float(timestep))].clamp(min=LEAST_SHARE)) for timestep in timesteps]
    return tuple(((1 - share) / share) ** 0.5 for share in shares)


class NoiseShares(NamedTuple):
    """Say how much of the clean latents and of noise a UNet's input has; their squares sum to 1."""

    signal: float
    noise: float


def shares_at(scheduler: DiffusersScheduler, step: int) -> NoiseShares:
    """Return what the UNet's input is made of before a step, as the solver itself counts it."""
    known = cast("Any", scheduler)
    if hasattr(known, "sigmas"):  # of Karras' spacing, which lie between the model's own
        sigma = float(known.sigmas[step])
        return NoiseShares((1 / (1 + sigma**2)) ** 0.5, sigma / (1 + sigma**2) ** 0.5)
    share = float(known.alphas_cumprod[int(known.timesteps[step])])
    return NoiseShares(share**0.5, (1 - share) ** 0.5)


def prediction_of(
    scheduler: DiffusersScheduler, step: int, model_input: torch.Tensor, clean: torch.Tensor
) -> torch.Tensor:
    """Return what a model would predict that knew the clean latents [1, C, h, w] in its input.

    Noise, velocity or the clean latents, as the model was trained (Ho et al. 2020; Salimans & Ho 2022).
    """
    shares = shares_at(scheduler, step)
    noise = (model_input - shares.signal * clean) / shares.noise
    match cast("Any", scheduler).config["prediction_type"]:
        case "sample":
            return clean
        case "v_prediction":
            return shares.signal * noise - shares.noise * clean
        case _:
            return noise


class SolverHistory(NamedTuple):
    """Hold what a solver corrects its next step by, beside the sample it is given."""

    last_sample: torch.Tensor  # [1, C, h, w]
    model_outputs: tuple[torch.Tensor | None, ...]  # [1, C, h, w] each, the latest last


def history_of(scheduler: DiffusersScheduler) -> SolverHistory | None:
    """Return what a solver remembers of the steps it has done, where `blend_history` needs it."""
    if not isinstance(scheduler, UniPCMultistepScheduler):
        return None
    known = cast("Any", scheduler)
    return SolverHistory(known.last_sample, tuple(known.model_outputs))


def blend_history(source: SolverHistory | None, target: DiffusersScheduler, mask: torch.Tensor) -> None:
    """Blend what a solver remembers of the steps it has done: the source's where the mask [h, w] is 0.

    UniPC (Zhao et al. 2023, arXiv:2302.04867) begins a step by correcting its sample from the one before it,
    and would so undo what was blended into the sample. All other solvers go on from the sample given.
    """
    if source is not None:
        after = cast("Any", target)
        after.last_sample = torch.lerp(source.last_sample, after.last_sample, mask)
        after.model_outputs = [
            theirs if ours is None else torch.lerp(ours, theirs, mask)
            for ours, theirs in zip(source.model_outputs, after.model_outputs, strict=True)
        ]


def step_options(scheduler: DiffusersScheduler, seed: int) -> dict[str, Any]:
    """Return further arguments of `scheduler.step`: the source of an ancestral step's noise, on the CPU."""
    if isinstance(scheduler, TAKES_GENERATOR):
        return {"generator": torch.Generator("cpu").manual_seed(seed % 2**64)}
    return {}


def step_noise_scale(scheduler: DiffusersScheduler, step: int) -> float:
    """Return what an ancestral scheduler multiplies the noise by that it adds at a step.

    Euler's by Karras et al. (2022, arXiv:2206.00364), as k-diffusion has it; LCM's by Luo et al. (2023,
    arXiv:2310.04378).
    """
    known = cast("Any", scheduler)
    if isinstance(scheduler, EulerAncestralDiscreteScheduler):
        before, after = float(known.sigmas[step]), float(known.sigmas[step + 1])
        return after * (1 - (after / before) ** 2) ** 0.5
    if step + 1 == len(known.timesteps):
        return 0.0
    return float(1 - known.alphas_cumprod[int(known.timesteps[step + 1])]) ** 0.5
