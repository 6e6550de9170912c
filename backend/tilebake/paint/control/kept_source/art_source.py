"""Let an edit start from a picture that exists: its latents are known, so that nothing has to be inverted.

As in InfEdit (Xu et al. 2023, "Inversion-Free Image Editing with Natural Language", arXiv:2312.04965): the
source goes from noise to the picture's own latents, whatever the model predicts there. What the model is
wrong by is taken off the target's prediction, so that words that stay paint what was there.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tilebake.paint.art.encode_picture import encode_picture
from tilebake.paint.control.control import Control
from tilebake.paint.control.kept_source.record import SourceStep
from tilebake.paint.denoise import Denoiser, Span
from tilebake.paint.model.load import Components
from tilebake.paint.scene import Scene
from tilebake.paint.schedulers import history_of, prediction_of


def begin_from(scene: Scene, canvas: NDArray[np.float32]) -> Scene:
    """Return a scene that begins from a picture on its canvas [H, W, 3] in 0..1, under all of the noise."""
    steps = range(scene.sampling.steps)

    def begin(components: Components) -> Span:
        return Span(steps, clean=encode_picture(components, canvas))

    return replace(scene, begin=begin)


class ArtSource:
    """Take a picture's latents through the steps of an edit's source, with all that the target's need."""

    def __init__(self, denoiser: Denoiser, control: Control) -> None:
        """Take the steps of a denoiser that begins from the picture."""
        assert denoiser.begun_from is not None, "it begins from a picture"
        self.passes = 0  # of the UNet, so far
        self._denoiser = denoiser
        self._control = control
        self._clean = denoiser.begun_from.to(denoiser.latents)

    def take(self, step: int) -> SourceStep:
        """Take the next step, and return it with what the model was wrong by."""
        denoiser, scheduler = self._denoiser, self._denoiser.scheduler
        model_input = denoiser.model_input(step)
        with self._control.source(denoiser, step):
            predicted = denoiser.predict(model_input, step)
        self.passes += 1
        right = prediction_of(scheduler, step, model_input, self._clean)
        denoiser.advance(step, right)
        missing = right - predicted
        return SourceStep(model_input, right, denoiser.latents, history_of(scheduler), missing=missing)
