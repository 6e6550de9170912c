"""Make the start of a training from a finished model with a layer fewer a block and other text encoders.

python -m training.unet.adopt --model backend/tilebake/embedded --text runs/text    # runs/unet/start.pt
"""

from pathlib import Path

import click
import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from training import checkpoint
from training.data.captions import phrase, scene_prompt
from training.terrain.scene import random_patch
from training.text.reader import Reader
from training.unet import shape
from training.unet.deepen import deepen, read_anew

PHRASES, EMPTY = 1500, 200  # texts that are compared, and what silence counts beside them


class Compared(Reader):
    """A model's text encoders, asked for single states."""

    @torch.no_grad()
    def at_end(self, texts: list[str], *, padding: bool) -> Tensor:
        """The state of each text's last word, or its padding's mean state: [N, 256]."""
        held, _ = self.states(texts, whole=True)
        ends = [1 + len(self.tokenizers[0](text, add_special_tokens=False).input_ids) for text in texts]
        if padding:
            return torch.stack([each[end:].mean(dim=0) for each, end in zip(held, ends, strict=True)])
        return torch.stack([each[end - 1] for each, end in zip(held, ends, strict=True)])

    @torch.no_grad()
    def summaries(self, texts: list[str]) -> Tensor:
        """Pooled embeddings, [N, 160]."""
        return self.states(texts, whole=True)[1]


def texts() -> list[str]:
    """Phrases as captions are made of, and what is said of scenes."""
    rng = np.random.default_rng(31)
    said = {phrase(rng, random_patch(rng)) for _ in range(PHRASES)} | {scene_prompt(rng) for _ in range(200)}
    return sorted(said - {""})


@click.command()
@click.option("--model", type=click.Path(path_type=Path), default=Path("backend/tilebake/embedded"))
@click.option("--text", type=click.Path(path_type=Path), default=Path("runs/text"))
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/unet/start.pt"))
def main(model: Path, text: Path, out: Path) -> None:
    """Deepen a finished model's UNet and let it read what the new text encoders say."""
    torch.manual_seed(6)
    old, new, said = Compared(model), Compared(text), texts()
    (weights,) = (model / "unet").glob("*.safetensors")
    trained = {name: value.float() for name, value in load_file(weights).items()}
    unet = shape.unet(trained["conv_in.weight"].shape[1])
    deepen(unet, trained)
    heard = torch.cat([new.at_end(said, padding=False), new.at_end([""], padding=True).expand(EMPTY, -1)])
    meant = torch.cat([old.at_end(said, padding=True), old.at_end([""], padding=True).expand(EMPTY, -1)])
    read_anew(unet, (heard, meant), (new.summaries(said), old.summaries(said)))
    out.parent.mkdir(parents=True, exist_ok=True)
    checkpoint.save(out, {"model": unet.state_dict()})


if __name__ == "__main__":
    main()
