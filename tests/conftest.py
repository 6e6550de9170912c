"""What every test of painting needs: a tiny but real SDXL, made here with random weights from a fixed seed.

Real classes, real tokenizers, SDXL's block structure (none, /2 and /4 with cross-attention, text_time
conditioning, a VAE of factor 8); only the widths are tiny, and unlike each other so that a mix-up shows.
"""

import gc
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import torch

    from tilebake.paint.model.load import Components

os.environ.setdefault("OMP_NUM_THREADS", "1")  # models this small are quickest on one thread

LONG_TIMEOUT = 7200  # seconds for a test that is marked long
TEXT_WIDTHS = (32, 48)  # of the two text encoders; the second is also the width of the pooled embedding
LATENT_CHANNELS = 4
WORDS = (
    "grass water sand stone forest snow lava path painted top down game map lush green mossy deep blue river "
    "blurry photo and of with a the in"
)


def pytest_configure(config: pytest.Config) -> None:
    """Let no test fail by the clock of a busy machine, make warnings errors, and import quickly.

    Warnings that diffusers' own schedulers cause in numpy are none.
    """
    settings.register_profile("tilebake", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("tilebake")
    gc.disable()  # what modules make as they are imported stays
    config.addinivalue_line("filterwarnings", "ignore:__array__ implementation doesn't:DeprecationWarning")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests of full length the time that they take."""
    for item in items:
        if item.get_closest_marker("long") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LONG_TIMEOUT))


def pytest_collection_finish() -> None:
    """Look for garbage again, among what tests make."""
    gc.freeze()
    gc.enable()


def _byte_alphabet() -> list[str]:
    """The 256 printable characters that stand for the bytes in byte-level BPE, in byte order."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(others)) for byte in range(256)]


def _write_tokenizer(folder: Path, pad_token: str) -> int:
    """A CLIP tokenizer that knows WORDS, in the files that SDXL repositories hold. Returns its size."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    trained = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    trained.pre_tokenizer = pre_tokenizers.Whitespace()
    trained.train_from_iterator(
        [WORDS], trainers.BpeTrainer(vocab_size=600, end_of_word_suffix="</w>", show_progress=False)
    )
    merges: list[tuple[str, str]] = [tuple(pair) for pair in json.loads(trained.to_str())["model"]["merges"]]
    alphabet = _byte_alphabet()
    tokens = [*alphabet, *(f"{character}</w>" for character in alphabet), *("".join(pair) for pair in merges)]
    tokens = [*dict.fromkeys(tokens), "<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True)
    (folder / "vocab.json").write_text(
        json.dumps({token: i for i, token in enumerate(tokens)}, ensure_ascii=False), encoding="utf-8"
    )
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": 77,
        "bos_token": "<|startoftext|>",
        "eos_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>",
        "pad_token": pad_token,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    return len(tokens)


def _write_text_encoders(folder: Path, vocab_size: int) -> None:
    import torch
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    classes = {"text_encoder": CLIPTextModel, "text_encoder_2": CLIPTextModelWithProjection}
    for (name, model_class), width in zip(classes.items(), TEXT_WIDTHS, strict=True):
        config = CLIPTextConfig(
            vocab_size=vocab_size,
            hidden_size=width,
            intermediate_size=2 * width,
            projection_dim=width,
            num_hidden_layers=3,
            num_attention_heads=4,
            bos_token_id=vocab_size - 2,
            eos_token_id=vocab_size - 1,
        )
        model = model_class(config)
        with torch.no_grad():  # initial embeddings are so small that all prompts would look alike
            for parameter_name, parameter in model.named_parameters():
                if "token_embedding" in parameter_name:
                    parameter.mul_(50)
        model.save_pretrained(folder / name)


def _write_unet(folder: Path) -> None:
    import torch
    from diffusers import UNet2DConditionModel

    shape: dict[str, Any] = {
        "sample_size": 16,
        "in_channels": LATENT_CHANNELS,
        "out_channels": LATENT_CHANNELS,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        "block_out_channels": (16, 32, 64),
        "layers_per_block": 2,
        "transformer_layers_per_block": (1, 1, 2),
        "attention_head_dim": (1, 2, 4),
        "norm_num_groups": 8,
        "cross_attention_dim": sum(TEXT_WIDTHS),
        "use_linear_projection": True,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 8,
        "projection_class_embeddings_input_dim": TEXT_WIDTHS[1] + 6 * 8,
    }
    unet = UNet2DConditionModel(**shape)
    with torch.no_grad():  # let the prompt weigh as much as in a trained model
        for name, parameter in unet.named_parameters():
            if "attn2.to_v" in name:
                parameter.mul_(4)
    unet.save_pretrained(folder / "unet")


def _write_vae(folder: Path) -> None:
    import torch
    from diffusers import AutoencoderKL

    shape: dict[str, Any] = {
        "down_block_types": ("DownEncoderBlock2D",) * 4,
        "up_block_types": ("UpDecoderBlock2D",) * 4,
        "block_out_channels": (8, 8, 16, 16),
        "layers_per_block": 1,
        "latent_channels": LATENT_CHANNELS,
        "norm_num_groups": 4,
        "sample_size": 128,
        "scaling_factor": 0.13025,
        "force_upcast": True,
    }
    vae = AutoencoderKL(**shape)
    with torch.no_grad():  # contrast: a picture that is all grey would prove nothing
        vae.decoder.conv_out.weight.mul_(4)
    vae.save_pretrained(folder / "vae")


def _write_scheduler(folder: Path) -> None:
    from diffusers import EulerDiscreteScheduler

    EulerDiscreteScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        timestep_spacing="leading",
        steps_offset=1,
    ).save_pretrained(folder / "scheduler")


def _write_index(folder: Path) -> None:
    index = {
        "_class_name": "StableDiffusionXLPipeline",
        "force_zeros_for_empty_prompt": True,
        "scheduler": ["diffusers", "EulerDiscreteScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "tokenizer_2": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }
    (folder / "model_index.json").write_text(json.dumps(index), encoding="utf-8")
    recommended = {"steps": 3, "guidance_scale": 4.0, "scheduler": "euler"}
    (folder / "tilebake.json").write_text(json.dumps(recommended), encoding="utf-8")


@pytest.fixture(scope="session")
def tiny_sdxl_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny SDXL with random weights (seed 0), saved as a diffusers folder."""
    import torch

    folder = tmp_path_factory.mktemp("models") / "tiny-sdxl"
    vocab_size = _write_tokenizer(folder / "tokenizer", pad_token="<|endoftext|>")
    _write_tokenizer(folder / "tokenizer_2", pad_token="!")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        _write_text_encoders(folder, vocab_size)
        _write_unet(folder)
        _write_vae(folder)
    _write_scheduler(folder)
    _write_index(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_components(tiny_sdxl_folder: Path) -> "Components":
    """The tiny SDXL in float32 on the CPU, loaded as any model is."""
    from tilebake.models.reference import resolve
    from tilebake.paint.model.load import load

    return load(resolve(str(tiny_sdxl_folder)), device="cpu", dtype="float32")


@pytest.fixture
def generator() -> "Callable[[int], torch.Generator]":
    """Makes CPU generators from seeds."""
    import torch

    return lambda seed: torch.Generator("cpu").manual_seed(seed)


@pytest.fixture(autouse=True)
def private_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keeps tests out of the user's own cache, state and hub, and off the network."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("TILEBAKE_CACHE", str(folder))
    monkeypatch.setenv("TILEBAKE_STATE", str(folder / "state"))
    monkeypatch.setenv("HF_HUB_CACHE", str(folder / "hub"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return folder
