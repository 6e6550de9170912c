"""Load one .safetensors checkpoint in SDXL's original layout, without the network.

Such a file holds the weights and nothing else. SDXL's configurations ship in `sdxl_config/`; a folder
NAME.config beside NAME.safetensors takes their place for a relative of another shape. CLIP's vocabulary is
looked for beside the file, then in every model of the local hub cache.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from transformers import CLIPTokenizer

from tilebake.errors import Location, ModelError
from tilebake.models.folder_check import tokenizer_files
from tilebake.models.hub_cache import list_fetched
from tilebake.models.reference import config_folder
from tilebake.models.weights import read_json, tensor_names
from tilebake.paint.model.components import Parts

PAD_TOKENS = {"tokenizer": "<|endoftext|>", "tokenizer_2": "!"}  # what SDXL was trained with
TOKENS = 77


def load_single_file(file: Path, dtype: torch.dtype) -> Parts:
    """Read the parts of a single-file checkpoint. Raises ModelError where CLIP's vocabulary is missing."""
    from diffusers import StableDiffusionXLPipeline  # a second's import that few bakes need

    config = config_folder(file)
    vocab_size = read_json(config / "text_encoder" / "config.json")["vocab_size"]
    vocabulary = find_vocabulary(file, vocab_size)
    tokenizers = {name: _tokenizer(vocabulary, pad_token) for name, pad_token in PAD_TOKENS.items()}
    pipeline = StableDiffusionXLPipeline.from_single_file(
        str(file),
        config=str(config),
        local_files_only=True,
        torch_dtype=dtype,
        add_watermarker=False,
        **tokenizers,
    )
    index = read_json(config / "model_index.json")
    return Parts(
        unet=pipeline.unet,
        vae=pipeline.vae,
        text_encoder=pipeline.text_encoder,
        text_encoder_2=pipeline.text_encoder_2,
        tokenizer=tokenizers["tokenizer"],
        tokenizer_2=tokenizers["tokenizer_2"],
        scheduler_config=noise_schedule(
            read_json(config / "scheduler" / "scheduler_config.json"), tensor_names(file)
        ),
        force_zeros_for_empty_prompt=bool(index.get("force_zeros_for_empty_prompt", True)),
    )


def noise_schedule(base: Mapping[str, Any], names: Collection[str]) -> Mapping[str, Any]:
    """Return the base schedule, changed as two empty tensors ask that checkpoints carry as flags.

    "v_pred": the UNet predicts v. "ztsnr": it was trained to zero terminal SNR (Lin et al. 2024,
    arXiv:2305.08891), and so the first step must be at the last timestep.
    """
    v_prediction = {"prediction_type": "v_prediction"} if "v_pred" in names else {}
    zero_snr = {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"} if "ztsnr" in names else {}
    return {**base, **v_prediction, **zero_snr}


def find_vocabulary(file: Path, vocab_size: int) -> Path:
    """Find a folder with CLIP's vocabulary of `vocab_size` tokens. Raises ModelError when there is none."""
    for folder in _candidates(file):
        try:
            tokenizer_files(folder)
        except ModelError:
            continue
        if len(_tokenizer(folder, PAD_TOKENS["tokenizer"])) == vocab_size:
            return folder
    raise ModelError(
        f"needs CLIP's vocabulary of {vocab_size:,} tokens, which is not part of it",
        where=Location(file),
        hint="run `tilebake models fetch clip-tokenizer` once, "
        f"or put vocab.json and merges.txt of any SDXL model into {file.parent / 'tokenizer'}",
    )


def _candidates(file: Path) -> Iterator[Path]:
    yield config_folder(file) / "tokenizer"
    yield file.parent / "tokenizer"
    for _, folder in list_fetched():
        yield from (folder / "tokenizer", folder)


def _tokenizer(folder: Path, pad_token: str) -> CLIPTokenizer:
    return CLIPTokenizer.from_pretrained(
        str(folder), local_files_only=True, pad_token=pad_token, model_max_length=TOKENS
    )
