"""What a single-file checkpoint says of the noise that it was trained on."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from tilebake.errors import ModelError
from tilebake.models.labels.noise import schedule_changes
from tilebake.models.reference import resolve

ZERO_SNR = {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
V = {"prediction_type": "v_prediction"}
WHOLE = ("model.diffusion_model.x", "first_stage_model.x", "conditioner.x")


@pytest.mark.parametrize(
    ("names", "metadata", "expected"),
    [
        ((), {}, {}),
        (("v_pred",), {}, V),
        (("ztsnr",), {}, ZERO_SNR),
        (("v_pred", "ztsnr"), {}, {**V, **ZERO_SNR}),
        ((), {"modelspec.prediction_type": "v"}, V),
        ((), {"modelspec.prediction_type": "epsilon"}, {"prediction_type": "epsilon"}),
        ((), {"modelspec.prediction_type": "v", "ss_zero_terminal_snr": "True"}, {**V, **ZERO_SNR}),
        ((), {"modelspec.prediction_type": "riddle"}, {}),
    ],
)
def test_flags_and_header_set_the_noise_schedule(
    names: tuple[str, ...], metadata: Mapping[str, str], expected: Mapping[str, object]
) -> None:
    assert schedule_changes(names, metadata) == expected


@pytest.mark.parametrize("mark", ["edm_mean", "edm_vpred.sigma_max"])
def test_a_checkpoint_on_edms_noise_is_refused_by_its_name(mark: str, tmp_path: Path) -> None:
    file = tmp_path / "cosxl.safetensors"
    save_file({name: np.zeros(1, np.float32) for name in (*WHOLE, mark)}, file)
    with pytest.raises(ModelError, match=rf"EDM's noise schedule .* see '{mark}'"):
        resolve(str(file))
