"""Read from a single-file checkpoint which noise schedule it was trained on, where that is not SDXL's own."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

from tilebake.errors import Location, ModelError

_EDM: Final = ("edm_mean", "edm_std", "edm_vpred.sigma_min", "edm_vpred.sigma_max")
_PREDICTIONS: Final = {
    **dict.fromkeys(("v", "v_prediction", "v-prediction", "vpred"), "v_prediction"),
    **dict.fromkeys(("epsilon", "eps"), "epsilon"),
}


def refuse_edm(path: Path, names: Collection[str]) -> None:
    """Raise ModelError for a checkpoint on EDM's noise schedule: CosXL, Playground v2.5."""
    for name in _EDM:
        if name in names:
            raise ModelError(
                f"was trained on EDM's noise schedule (CosXL, Playground v2.5), not on SDXL's: see {name!r}",
                where=Location(path),
                hint="use a model of SDXL's family",
            )


def schedule_changes(names: Collection[str], metadata: Mapping[str, str]) -> Mapping[str, Any]:
    """Return what a checkpoint asks to be changed in SDXL's noise schedule.

    Two empty tensors are flags: "v_pred", the UNet predicts v, and "ztsnr", it was trained to zero terminal
    SNR (Lin et al. 2024, arXiv:2305.08891), so that the first step must be at the last timestep. Training
    scripts say the same in the header.
    """
    prediction = prediction_in(metadata)
    if "v_pred" in names:
        prediction = "v_prediction"
    is_zero_snr = "ztsnr" in names or metadata.get("ss_zero_terminal_snr", "").lower() == "true"
    return {
        **({"prediction_type": prediction} if prediction is not None else {}),
        **({"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"} if is_zero_snr else {}),
    }


def prediction_in(metadata: Mapping[str, str]) -> str | None:
    """Return what a header says that the UNet predicts, in diffusers' words; None if it does not."""
    return _PREDICTIONS.get(metadata.get("modelspec.prediction_type", "").strip().lower())
