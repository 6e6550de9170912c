"""Denoise the latents of one canvas, from noise to picture, under regional attention."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, NamedTuple, Protocol

import torch
from diffusers.models.embeddings import get_timestep_embedding

from tilebake.level.canvas import LATENT
from tilebake.level.settings import AnySettings
from tilebake.models.reference import Defaults
from tilebake.paint.art.take_colours import Colours, take_colours
from tilebake.paint.guidance import guide, rescale
from tilebake.paint.model.load import Components
from tilebake.paint.progress_image import Estimate, paint_progress_image
from tilebake.paint.prompts.embeds import Conditioning
from tilebake.paint.regional.attention import COND, UNCOND, RegionalAttention
from tilebake.paint.regional.blending import Blending
from tilebake.paint.regional.layer_prompts import AttentionControl, Projections
from tilebake.paint.schedulers import (
    DiffusersScheduler,
    make_scheduler,
    start,
    step_noise_scale,
    step_options,
)
from tilebake.paint.torus.torus import NO_TORUS, Torus
from tilebake.request import OnStep, Step


@dataclass(frozen=True)
class Sampling:
    """HeldLatents the settings by which noise becomes a picture."""

    steps: int
    guidance_scale: float  # ≤ 1 is none
    guidance_scale_low: float  # of broad colours and light
    scheduler: str
    seed: int  # of the noise that an ancestral scheduler adds at its steps
    guidance_start: float = 0.0  # share of the steps after which guidance begins
    guidance_end: float = 1.0  # and after which it ends
    timestep_spacing: str | None = None  # None is the model's own
    guidance_rescale: float = 0.0  # share in which guidance keeps the contrast of the cond branch

    @classmethod
    def from_settings(cls, settings: AnySettings, defaults: Defaults, seed: int) -> "Sampling":
        """Take what the settings give, and the model's own recommendation for what they leave open."""
        scale, scale_low = defaults.guidance(settings.guidance_scale, settings.guidance_scale_low)
        return cls(
            steps=defaults.steps if settings.steps is None else settings.steps,
            guidance_scale=scale,
            guidance_scale_low=scale_low,
            scheduler=settings.scheduler or defaults.scheduler,
            seed=seed,
            guidance_start=settings.guidance_start,
            guidance_end=settings.guidance_end,
            timestep_spacing=settings.timestep_spacing or defaults.timestep_spacing,
            guidance_rescale=(
                defaults.guidance_rescale if settings.guidance_rescale is None else settings.guidance_rescale
            ),
        )

    def make_scheduler(self, base_config: Mapping[str, Any]) -> DiffusersScheduler:
        """Make its scheduler on a model's noise schedule. Raises ModelError."""
        return make_scheduler(self.scheduler, base_config, self.timestep_spacing)

    def content(self) -> dict[str, object]:
        """Return what a digest holds of it: what came later than digests did, only where it was set."""
        later = {"timestep_spacing": None, "guidance_rescale": 0.0}
        return {key: value for key, value in asdict(self).items() if key not in later or value != later[key]}

    @property
    def guidance_steps(self) -> range:
        """The steps in which guidance is on (Kynkäänniemi et al. 2024, arXiv:2404.07724)."""
        if max(self.guidance_scale, self.guidance_scale_low) <= 1:
            return range(0)
        return range(round(self.guidance_start * self.steps), round(self.guidance_end * self.steps))


@dataclass(frozen=True, eq=False)
class Span:
    """HeldLatents the steps that a denoiser takes, of all that its sampling has, and what it starts from."""

    steps: range
    clean: torch.Tensor | None = None
    """[1, C, h, w]: latents without noise, which are noised up to the first step; None starts from noise."""
    hold: "HeldLatents | None" = None
    colours: Colours | None = None
    """Of art, which the finished painting takes; None keeps its own."""
    step_noise: Callable[[int], torch.Tensor] | None = None
    """Draw what an ancestral scheduler adds at a step [1, C, h, w]; None draws it from the seed."""


@dataclass(frozen=True, eq=False)
class HeldLatents:
    """Name what stays as it is, and only gets as much noise as each step has.

    As in RePaint (Lugmayr et al. 2022, arXiv:2201.09865).
    """

    clean: torch.Tensor  # [1, C, h, w]
    is_new: torch.Tensor  # [1, 1, h, w]: where latents are painted; all others stay


Branches = tuple[int, ...]
"""The classifier-free-guidance branches in a batch, in order: uncond, cond."""


class UnetInput(NamedTuple):
    """Hold what the UNet is given for some branches of guidance."""

    sample: torch.Tensor  # [B, C, h, w]
    timestep: torch.Tensor
    encoder_hidden_states: torch.Tensor  # [B, T, D]
    added_cond_kwargs: Mapping[str, torch.Tensor]


class Guide(Protocol):
    """Give the UNet more than its own input."""

    def residuals(self, unet_input: UnetInput, step: int, branches: Branches) -> Mapping[str, Any]: ...


class MakeGuide(Protocol):
    """Make the guide of a picture, under its prompts."""

    def __call__(
        self, components: Components, conditioning: Conditioning, projections: Projections | None, /
    ) -> Guide: ...


class Denoiser:
    """Denoise one picture, a step at a time.

    All that does not depend on the latents is made here, before the first step, so that nothing in a step
    waits for the device. The branches of guidance are one batch, or with `in_two_passes` one after the other,
    which takes half the memory. `span` takes some of the steps. `torus` is what the picture lies on, `guide`
    adds to the UNet's features. Raises BakeError for a number of steps that the scheduler cannot do.
    """

    def __init__(
        self,
        components: Components,
        noise: torch.Tensor,
        conditioning: Conditioning,
        blending: Blending,
        sampling: Sampling,
        controls: Sequence[AttentionControl] = (),
        *,
        in_two_passes: bool = False,
        span: Span | None = None,
        projections: Projections | None = None,
        torus: Torus | None = None,
        guide: Guide | None = None,
    ) -> None:
        unet, device = components.unet, components.device
        embeds_guidance = unet.config["time_cond_proj_dim"] is not None
        self.components, self.sampling = components, sampling
        self._guided = range(0) if embeds_guidance else sampling.guidance_steps
        self.scheduler = sampling.make_scheduler(components.scheduler_config)
        self.steps = range(sampling.steps) if span is None else span.steps
        self.timesteps = start(self.scheduler, sampling.steps, self.steps.start)
        self.attention = RegionalAttention(
            unet,
            conditioning,
            blending,
            guidance=bool(self._guided),
            controls=controls,
            projections=projections,
        )
        # float32 whatever the UNet computes in: a step changes latents by less than bfloat16 tells apart
        clean = None if span is None else span.clean
        self._hold, self._colours = (None, None) if span is None else (span.hold, span.colours)
        self._noise, self.begun_from = noise, clean
        self._torus, self._guide = torus or NO_TORUS, guide
        self.latents = self._keep_held(self._add_noise(noise, clean), self.steps.start).to(
            device, torch.float32
        )
        self.estimate: Estimate | None = None
        self._device_timesteps = self.timesteps.to(device)
        self._options = step_options(self.scheduler, sampling.seed)
        self._step_noise = None if span is None or not self._options else span.step_noise
        pair: list[Branches] = [(UNCOND,), (COND,)] if in_two_passes else [(UNCOND, COND)]
        self._passes = {True: pair, False: [(COND,)]}  # by whether a step is guided
        self._conditions = {
            branches: micro_conditioning(conditioning, noise, branches) for branches in (*pair, (COND,))
        }
        self._timestep_cond = (
            guidance_embedding(components, sampling.guidance_scale) if embeds_guidance else None
        )

    def _add_noise(self, noise: torch.Tensor, clean: torch.Tensor | None) -> torch.Tensor:
        """Return what the first step starts from: noise alone, or clean latents under as much noise."""
        if clean is None:
            return noise * self.scheduler.init_noise_sigma
        first = self.timesteps[self.steps.start : self.steps.start + 1]
        return self.scheduler.add_noise(clean.float().cpu(), noise, first)

    def advance(self, step: int, predicted: torch.Tensor | None = None) -> Step:
        """Take `latents` [1, C, h, w] a step on, while `attention` is installed; steps in order.

        With what was `predicted` [1, C, h, w] elsewhere, the UNet is not run.
        """
        timestep, model_input = self.timesteps[step], self.model_input(step)
        if predicted is None:
            predicted = self.predict(model_input, step)
        stepped = self._take_colours(self._step(predicted, step), step + 1)
        self.latents = self._torus.share(self._keep_held(stepped, step + 1))
        self.estimate = estimate = Estimate(model_input, predicted, self.scheduler, timestep)
        return Step(
            step + 1, len(self.timesteps), partial(paint_progress_image, self.components.vae, estimate)
        )

    def model_input(self, step: int) -> torch.Tensor:
        """Return what the UNet is given of `latents` [1, C, h, w] at a step."""
        return self.scheduler.scale_model_input(self.latents, self.timesteps[step])

    def _keep_held(self, latents: torch.Tensor, step: int) -> torch.Tensor:
        """Return latents [1, C, h, w] before a step, with what is held in its place, as noisy as they."""
        if self._hold is None:
            return latents
        held = self._hold.clean
        if step < len(self.timesteps):
            held = self.scheduler.add_noise(held, self._noise, self.timesteps[step : step + 1])
        return torch.where(self._hold.is_new.to(latents.device), latents, held.to(latents))

    def _take_colours(self, latents: torch.Tensor, step: int) -> torch.Tensor:
        """Return latents [1, C, h, w] before a step, after the last with the colours that the span wants."""
        if self._colours is None or step < len(self.timesteps):
            return latents
        return take_colours(latents, self._colours, self._torus.axes)

    def _step(self, predicted: torch.Tensor, step: int) -> torch.Tensor:
        """Return the latents [1, C, h, w] after a step, with the noise that the span wants in it."""
        timestep = self.timesteps[step]
        if self._step_noise is None:
            return self.scheduler.step(predicted, timestep, self.latents, **self._options).prev_sample
        stepped = self.scheduler.step(
            predicted, timestep, self.latents, **step_options(self.scheduler, step)
        ).prev_sample
        drawn = torch.randn(stepped.shape, **step_options(self.scheduler, step))
        change = (self._step_noise(step) - drawn) * step_noise_scale(self.scheduler, step)
        return stepped + change.to(stepped)

    def clean(self) -> torch.Tensor:
        """Return the latents [1, C, h, w] without noise, which are an estimate before the last step."""
        if self.estimate is None or self.steps.stop == self.sampling.steps:
            return self.latents
        return self.estimate.latents()

    def predict(self, model_input: torch.Tensor, step: int) -> torch.Tensor:
        """Predict from the UNet's input [1, C, h, w], with guidance: float32 [1, C, h, w].

        `attention` is installed. `latents` and what the scheduler remembers stay as they are.
        """
        passes = self._passes[step in self._guided]
        predicted = [
            branch for branches in passes for branch in self._pass(model_input, step, branches).split(1)
        ]
        if len(predicted) == 1:
            return predicted[0]
        uncond, cond = predicted
        scales = self.sampling.guidance_scale, self.sampling.guidance_scale_low
        guided = guide(uncond, cond, *scales, self._torus.axes)
        return rescale(guided, cond, self.sampling.guidance_rescale)

    def _pass(self, model_input: torch.Tensor, step: int, branches: Branches) -> torch.Tensor:
        """Run one forward pass for some branches of guidance: [1, C, h, w] → float32 [B, C, h, w]."""
        context = self.attention.context
        context.step, context.branches = step, branches
        unet_input = UnetInput(
            torch.cat([model_input.to(self.components.dtype)] * len(branches)),
            self._device_timesteps[step],
            context.encoder_hidden_states[-len(branches) :],
            self._conditions[branches],
        )
        more = {} if self._guide is None else self._guide.residuals(unet_input, step, branches)
        return self.components.unet(
            unet_input.sample,
            unet_input.timestep,
            encoder_hidden_states=unet_input.encoder_hidden_states,
            added_cond_kwargs=dict(unet_input.added_cond_kwargs),
            timestep_cond=self._timestep_cond,
            return_dict=False,
            **more,
        )[0].float()


def denoise(denoiser: Denoiser, on_step: OnStep) -> torch.Tensor:
    """Run a denoiser's steps, and return its latents [1, C, h, w] without noise.

    `on_step` is called after each step, and may raise to cancel. Nothing in the loop waits for the device,
    unless `on_step` asks for a progress image.
    """
    with torch.no_grad(), denoiser.attention.install():
        for step in denoiser.steps:
            on_step(denoiser.advance(step))
    return denoiser.clean()


def micro_conditioning(
    conditioning: Conditioning, latents: torch.Tensor, branches: Branches
) -> dict[str, torch.Tensor]:
    """Make SDXL's micro-conditioning (Podell et al. 2023, arXiv:2307.01952), for some branches of guidance.

    text_embeds [B, P]: the base prompt's pooled embedding. time_ids [B, 6]: original size, crop, target size,
    each as height and width in pixels; the canvas is shown whole.
    """
    height, width = (LATENT * length for length in latents.shape[-2:])
    sides = {UNCOND: conditioning.negative, COND: conditioning.base}
    text_embeds = torch.cat([sides[branch].pooled_prompt_embeds for branch in branches])
    time_ids = torch.tensor([[height, width, 0, 0, height, width]] * len(branches))
    return {"text_embeds": text_embeds, "time_ids": time_ids.to(text_embeds.device, text_embeds.dtype)}


def guidance_embedding(components: Components, guidance_scale: float) -> torch.Tensor:
    """Embed the guidance scale [1, D] as a distilled UNet takes it (Luo et al. 2023, arXiv:2310.04378)."""
    scaled = torch.tensor([1000.0 * (guidance_scale - 1.0)])
    width = components.unet.config["time_cond_proj_dim"]
    embedding = get_timestep_embedding(scaled, width, downscale_freq_shift=1)
    return embedding.to(components.device, components.dtype)
