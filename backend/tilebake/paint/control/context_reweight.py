"""Echo: what a text encoder told other tokens of a word, weighed as the word is.

In a CLIP text encoder every token hears those in front of it, and the end and the padding hear all of them.
Much of a picture comes from these (Yi et al. 2024, arXiv:2405.15330), so that a weight on a word's own
columns may change nothing. With V a prompt's values, and V₋ those of the prompt whose tokens have not heard
the word, a weight w adds

    (w - 1) · (V - V₋)

to the columns behind the word: 1 is the identity, 0 takes back what they were told. Keys stay, and so do
attention maps, as in Prompt-to-Prompt.
"""

from dataclasses import dataclass

import torch
from diffusers.models.attention_processor import Attention

from tilebake.paint.prompts.embeds import PromptEmbeds
from tilebake.paint.prompts.encode import TextEncoders, encode_prompt
from tilebake.paint.prompts.words import find_word
from tilebake.paint.regional.attention import keys_and_values


@dataclass(frozen=True, eq=False)
class Echo:
    """The echo of one word in its prompt, and how much more of it there is to be."""

    unheard: torch.Tensor  # [1, T, D]: the prompt's embeddings, had no token heard the word
    more: torch.Tensor  # [T]: w - 1 in the columns behind the word, 0 in its own and in those before
    mask: int = 0  # the row of the bank within which it weighs; 0 is everywhere

    def values(self, attn: Attention, value: torch.Tensor) -> torch.Tensor:
        """What is added to the prompt's values [H, T, D] in a layer."""
        _, without = keys_and_values(attn, self.unheard.to(value))
        return (value - without) * self.more.to(value)[:, None]


def unheard(components: TextEncoders, prompt: PromptEmbeds, text: str, word: str) -> torch.Tensor:
    """The embeddings [1, T, D] of a prompt, written as `text`, had no token heard the word.

    Raises PromptError for a word that is not there.
    """
    return encode_prompt(components, text, unheard=find_word(prompt, word)).prompt_embeds


def more_of(prompt: PromptEmbeds, word: str, weight: float) -> torch.Tensor:
    """How much more of a word's echo each column is to have: [T]."""
    columns = list(find_word(prompt, word))
    more = torch.full((prompt.prompt_embeds.shape[1],), weight - 1)
    more[: min(columns)] = 0
    more[columns] = 0
    return more
