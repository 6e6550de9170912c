"""The denoising loop: latents of one canvas or window, from noise to picture, under regional attention."""

from dataclasses import dataclass
from functools import partial

import torch
from diffusers.models.embeddings import get_timestep_embedding

from tilebake.level.regions import LATENT
from tilebake.paint.attention import regional
from tilebake.paint.blending import Blending
from tilebake.paint.guidance import guided
from tilebake.paint.models import Components
from tilebake.paint.preview import Estimate, preview
from tilebake.paint.prompts import Conditioning
from tilebake.paint.schedulers import make_scheduler, start, step_options
from tilebake.request import OnStep, Step


@dataclass(frozen=True)
class Sampling:
    """How noise becomes a picture."""

    steps: int
    guidance_scale: float  # ≤ 1 is none
    guidance_scale_low: float  # of broad colours and light
    scheduler: str
    seed: int  # of the noise that an ancestral scheduler adds at its steps


def denoise(
    components: Components,
    noise: torch.Tensor,
    conditioning: Conditioning,
    blending: Blending,
    sampling: Sampling,
    on_step: OnStep,
) -> torch.Tensor:
    """Denoises standard normal noise [1, C, h, w] into latents [1, C, h, w].

    `on_step` is called after each step, and may raise to cancel. Nothing in the loop waits for the device,
    unless `on_step` asks for a preview. Raises BakeError for a number of steps that the scheduler cannot do.
    """
    unet, device = components.unet, components.device
    scheduler = make_scheduler(sampling.scheduler, components.scheduler_config)
    timesteps = start(scheduler, sampling.steps)
    options = step_options(scheduler, sampling.seed)
    embeds_guidance = unet.config["time_cond_proj_dim"] is not None
    scale, scale_low = sampling.guidance_scale, sampling.guidance_scale_low
    is_guided = max(scale, scale_low) > 1 and not embeds_guidance
    conditions = {
        "added_cond_kwargs": added_conditions(conditioning, noise, is_guided),
        "timestep_cond": guidance_embedding(components, scale) if embeds_guidance else None,
    }
    device_timesteps = timesteps.to(device)
    latents = noise.to(device, components.dtype) * scheduler.init_noise_sigma
    with torch.no_grad(), regional(unet, conditioning, blending, guidance=is_guided) as context:
        for step, timestep in enumerate(timesteps):
            context.step = step
            model_input = scheduler.scale_model_input(
                torch.cat([latents, latents]) if is_guided else latents, timestep
            )
            predicted = unet(
                model_input,
                device_timesteps[step],
                encoder_hidden_states=context.encoder_hidden_states,
                return_dict=False,
                **conditions,
            )[0]
            if is_guided:
                negative, positive = predicted.chunk(2)
                predicted = guided(negative, positive, scale, scale_low)
            latents = scheduler.step(predicted, timestep, latents, **options).prev_sample
            estimate = Estimate(model_input[-1:], predicted, scheduler, timestep)
            on_step(Step(step + 1, len(timesteps), partial(preview, components.vae, estimate)))
    return latents


def added_conditions(
    conditioning: Conditioning, latents: torch.Tensor, guided: bool
) -> dict[str, torch.Tensor]:
    """SDXL's micro-conditioning (Podell et al. 2023, arXiv:2307.01952), for [negative, positive].

    text_embeds [B, P]: the base prompt's pooled embedding. time_ids [B, 6]: original size, crop, target size,
    each as height and width in pixels; the canvas is shown whole.
    """
    height, width = (LATENT * length for length in latents.shape[-2:])
    sides = [conditioning.negative, conditioning.base] if guided else [conditioning.base]
    text_embeds = torch.cat([side.pooled_prompt_embeds for side in sides])
    time_ids = torch.tensor([[height, width, 0, 0, height, width]] * len(sides))
    return {"text_embeds": text_embeds, "time_ids": time_ids.to(text_embeds.device, text_embeds.dtype)}


def guidance_embedding(components: Components, guidance_scale: float) -> torch.Tensor:
    """The guidance scale [1, D] as a distilled UNet takes it (Luo et al. 2023, arXiv:2310.04378)."""
    scaled = torch.tensor([1000.0 * (guidance_scale - 1.0)])
    width = components.unet.config["time_cond_proj_dim"]
    embedding = get_timestep_embedding(scaled, width, downscale_freq_shift=1)
    return embedding.to(components.device, components.dtype)
