"""Also scale what later tokens (words, end, padding) absorbed of a word in the text encoder.

In a CLIP text encoder every token attends to those in front of it, and so the end and the padding to all.
Much of a picture comes from these (Yi et al. 2024, arXiv:2405.15330), so that a weight on a word's own
columns may change nothing. With V a prompt's values, and V₋ those of the prompt whose tokens could not
attend to the word, a weight w adds

    (w - 1) · (V - V₋)

to the columns behind the word: 1 is the identity, 0 takes back what they absorbed. Keys stay, and so do
attention maps, as in Prompt-to-Prompt. In map files and options this is called the word's "echo".
"""

from dataclasses import dataclass

import torch
from diffusers.models.attention_processor import Attention

from tilebake.paint.prompts.embeds import PromptEmbeds
from tilebake.paint.prompts.encode import TextEncoders, encode_prompt
from tilebake.paint.prompts.words import find_word
from tilebake.paint.regional.layer_prompts import keys_and_values
from tilebake.paint.terrain_loras.low_rank import TerrainLoras


@dataclass(frozen=True, eq=False)
class ContextReweight:
    """Describe what a prompt's columns absorbed of one word, and how much more of it they are to have."""

    without_word: torch.Tensor  # [1, T, D]: the prompt's embeddings, had no token attended to it
    extra_weight: torch.Tensor  # [T]: w - 1 in the columns behind the word, 0 in its own and in those before
    mask: int = 0  # the row of the bank within which it weighs; 0 is everywhere
    loras: TerrainLoras | None = None  # under which the prompt is read

    def values(self, attn: Attention, value: torch.Tensor) -> torch.Tensor:
        """Return what is added to the prompt's values [H, T, D] in a layer."""
        _, without = keys_and_values(attn, self.without_word.to(value), self.loras)
        return (value - without) * self.extra_weight.to(value)[:, None]


def encode_without_word(components: TextEncoders, prompt: PromptEmbeds, text: str, word: str) -> torch.Tensor:
    """Encode a prompt, written as `text`, as if no token attended to the word: [1, T, D].

    Raises PromptError for a word that is not there.
    """
    return encode_prompt(components, text, masked=find_word(prompt, word), loras=prompt.loras).prompt_embeds


def extra_weight(prompt: PromptEmbeds, word: str, weight: float) -> torch.Tensor:
    """Return how much more each column is to have of what it absorbed of a word: [T]."""
    columns = list(find_word(prompt, word))
    extra = torch.full((prompt.prompt_embeds.shape[1],), weight - 1)
    extra[: min(columns)] = 0
    extra[columns] = 0
    return extra
