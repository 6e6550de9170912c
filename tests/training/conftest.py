"""What the tests of training share: small tokenizers, and small latents with captions to match."""

from pathlib import Path

import numpy as np
import pytest
import torch

from training.data.latents import Latents
from training.data.tokenizer import captions, read_pair, trained, write_pair
from training.terrain.scene import Patch
from training.text.reader import Reader
from training.unet import shape
from training.unet.shape import TokenizerPair

GRASS, LAVA = Patch("grass"), Patch("lava", ("dark",))


@pytest.fixture(scope="session")
def tokenizer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pair of tokenizers learnt from a few captions."""
    folder = tmp_path_factory.mktemp("tokenizer")
    write_pair(folder, *trained(captions(1500), vocabulary=1800))
    return folder


@pytest.fixture(scope="session")
def tokenizers(tokenizer_folder: Path) -> TokenizerPair:
    return read_pair(tokenizer_folder)


@pytest.fixture(scope="session")
def fake_latents() -> Latents:
    """Two singles and two scenes; in the scenes lava has the two right columns of 40: 5 % of a whole one."""
    generator = torch.Generator().manual_seed(4)
    latents = [torch.randn(8, 40, 40, generator=generator).half() for _ in range(4)]
    plain, parted = np.zeros((40, 40), np.uint8), np.zeros((40, 40), np.uint8)
    parted[:, 38:] = 1
    patches = [(GRASS,), (LAVA,), (GRASS, LAVA), (GRASS, LAVA)]
    mean, std = [0.1 * i for i in range(8)], [1 + 0.1 * i for i in range(8)]
    return Latents(latents, [plain, plain, parted, parted], patches, mean, std)


@pytest.fixture(scope="session")
def text_folder(tokenizer_folder: Path, tokenizers: TokenizerPair) -> Path:
    """Tokenizers and untrained text encoders, as `training.text` writes them."""
    with torch.random.fork_rng():
        torch.manual_seed(5)
        encoders = shape.text_encoders(*tokenizers)
    for name, encoder in zip(("text_encoder", "text_encoder_2"), encoders, strict=True):
        encoder.save_pretrained(tokenizer_folder / name)
    return tokenizer_folder


@pytest.fixture(scope="session")
def reader(text_folder: Path) -> Reader:
    return Reader(text_folder)
