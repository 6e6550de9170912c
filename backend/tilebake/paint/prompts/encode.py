"""Encode prompts of any length to what SDXL attends to: the hidden states of both text encoders.

A prompt longer than its encoders (77 tokens with start and end) is read in chunks of 75 that are laid end to
end. A token's weight w moves its embedding e along the line from what the empty prompt has in its place, e₀,
to e₀ + w · (e - e₀): 0 is a token that says nothing, 1 the token as it is. A prompt without weights that fits
in one chunk has exactly the embeddings that diffusers' StableDiffusionXLPipeline.encode_prompt makes.
"""

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from types import MappingProxyType
from typing import Final, Protocol

import torch
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from tilebake.errors import Location, PromptError
from tilebake.level.edit.weight_syntax import parse_prompt
from tilebake.level.terrain import Terrain
from tilebake.level.tilemap import TileMap
from tilebake.paint.prompts.cache import PromptCache
from tilebake.paint.prompts.embeds import Conditioning, PromptEmbeds
from tilebake.paint.prompts.tokens import Token, Vectors, chunk_count, chunk_ids, end_of, tokenize
from tilebake.paint.terrain_loras.low_rank import TerrainLoras

NO_LORAS: Final[Mapping[str, TerrainLoras]] = MappingProxyType({})


class TextEncoders(Protocol):
    """Describe the part of an SDXL model that encodes prompts."""

    @property
    def tokenizer(self) -> CLIPTokenizer: ...
    @property
    def tokenizer_2(self) -> CLIPTokenizer: ...
    @property
    def text_encoder(self) -> CLIPTextModel: ...
    @property
    def text_encoder_2(self) -> CLIPTextModelWithProjection: ...
    @property
    def device(self) -> torch.device: ...
    @property
    def force_zeros_for_empty_prompt(self) -> bool: ...
    @property
    def vectors(self) -> Vectors: ...
    @property
    def prompts(self) -> PromptCache: ...


def encode_prompt(
    components: TextEncoders,
    text: str,
    *,
    masked: Collection[int] = (),
    loras: TerrainLoras | None = None,
) -> PromptEmbeds:
    """Encode one prompt, which may hold weights, by text encoders in which `loras` work.

    No token attends to the columns `masked`: the text encoders' attention to them is masked. All tokens keep
    their places, and those columns themselves mean nothing then.

    Raises PromptError for broken syntax and for words that all weigh 0.
    """
    stretches = parse_prompt(text)
    tokens = tokenize(components.tokenizer, stretches, components.vectors)
    tokens_2 = tokenize(components.tokenizer_2, stretches, components.vectors)
    if tokens and not any(token.weight for token in tokens):
        raise PromptError(
            f"all words of the prompt {text[:60]!r} weigh 0", hint="give one of them a weight above 0"
        )
    chunks = max(chunk_count(components.tokenizer, tokens), chunk_count(components.tokenizer_2, tokens_2))
    encoders = components.text_encoder, components.text_encoder_2
    with torch.no_grad(), nullcontext() if loras is None else loras.work_in(*encoders):
        states, _ = _hidden_states(
            components.tokenizer, components.text_encoder, tokens, chunks, components.device, masked
        )
        states_2, pooled = _hidden_states(
            components.tokenizer_2, components.text_encoder_2, tokens_2, chunks, components.device, masked
        )
    prompt_embeds = torch.cat([states, states_2], dim=-1)
    return PromptEmbeds(
        text="".join(stretch.text for stretch in stretches),
        tokens=tokens,
        prompt_embeds=prompt_embeds.to(components.device, components.text_encoder_2.dtype),
        pooled_prompt_embeds=pooled.to(components.device),
        loras=loras,
    )


def encode_optional(
    components: TextEncoders, text: str | None, loras: TerrainLoras | None = None
) -> PromptEmbeds:
    """Encode a prompt, or None for no prompt.

    No prompt is all zeros for models that were trained so, which say `force_zeros_for_empty_prompt` as
    SDXL does, and the empty text for the others.
    """
    encoded = encode_prompt(components, text or "", loras=loras)
    if text is not None or not components.force_zeros_for_empty_prompt:
        return encoded
    return replace(
        encoded,
        prompt_embeds=torch.zeros_like(encoded.prompt_embeds),
        pooled_prompt_embeds=torch.zeros_like(encoded.pooled_prompt_embeds),
    )


def plain_conditioning(components: TextEncoders, prompt: str, negative_prompt: str | None) -> Conditioning:
    """Encode one prompt for the whole picture. Raises PromptError."""
    base = encode_prompt(components, prompt)
    return Conditioning(base, (), encode_optional(components, negative_prompt), None)


def condition(
    components: TextEncoders, tilemap: TileMap, loras: Mapping[str, TerrainLoras] = NO_LORAS
) -> Conditioning:
    """Encode a map's prompts, each different text once, or take what is kept of an earlier map.

    A terrain's own prompts are read under its `loras`, by its name: the negative one too, or the map's in its
    place. The base prompt is not.
    An empty negative prompt counts as none.
    Raises PromptError for broken weights, and for a terrain whose prompt is empty.
    """
    made: dict[object, PromptEmbeds] = {}

    def encode(text: str | None, role: str, terrain: str = "") -> PromptEmbeds:
        own = loras.get(terrain)
        key = (text, components.device, *(() if own is None else (own.key,)))
        try:
            kept = components.prompts.get(key, lambda: _forget_loras(encode_optional(components, text, own)))
            return kept if own is None else made.setdefault(key, replace(kept, loras=own))
        except PromptError as error:
            raise PromptError(
                f"{role}: {error.what}", where=Location(tilemap.path), hint=error.hint
            ) from None

    negative = encode(tilemap.negative_prompt or None, "negative prompt")
    return Conditioning(
        base=encode(tilemap.base_prompt, "base prompt"),
        regions=tuple(
            _refuse_empty(terrain, encode(terrain.prompt, f"terrain {terrain.name!r}", terrain.name), tilemap)
            for terrain in tilemap.terrains
        ),
        negative=negative,
        negative_regions=_negative_regions(tilemap, negative, loras, encode),
    )


def _negative_regions(
    tilemap: TileMap,
    negative: PromptEmbeds,
    loras: Container[str],
    encode: Callable[[str | None, str, str], PromptEmbeds],
) -> tuple[PromptEmbeds, ...] | None:
    """Return each terrain's own negative prompt or else the map's; None when that is every one's.

    Terrains with LoRAs have one of their own, for it is read under them.
    """
    own = [each for each in tilemap.terrains if each.negative_prompt is not None or each.name in loras]
    if not own:
        return None

    def text_of(terrain: Terrain) -> str | None:
        is_maps = terrain.negative_prompt is None
        return (tilemap.negative_prompt if is_maps else terrain.negative_prompt) or None

    return tuple(
        encode(text_of(each), f"negative prompt of terrain {each.name!r}", each.name)
        if each in own
        else negative
        for each in tilemap.terrains
    )


def _forget_loras(prompt: PromptEmbeds) -> PromptEmbeds:
    """Return a prompt to keep: its LoRAs would stay in memory with it."""
    return prompt if prompt.loras is None else replace(prompt, loras=None)


def _refuse_empty(terrain: Terrain, prompt: PromptEmbeds, tilemap: TileMap) -> PromptEmbeds:
    if not prompt.tokens:
        raise PromptError(
            f"terrain {terrain.name!r}: the prompt is empty",
            where=Location(tilemap.path),
            hint="describe in words what the terrain looks like",
        )
    return prompt


def _hidden_states(
    tokenizer: CLIPTokenizer,
    encoder: CLIPTextModel | CLIPTextModelWithProjection,
    tokens: Sequence[Token],
    chunks: int,
    device: torch.device,
    masked: Collection[int] = (),
) -> tuple[torch.Tensor, torch.Tensor]:
    """Encode a prompt by one encoder.

    Returns the last hidden states but one [1, T, D] with weights applied, and the first output for the first
    chunk: the pooled embedding [1, P], if the encoder ends in a projection. It is the end token's. Under
    SDXL's configuration transformers takes the token of the highest number for it, and a vector of a textual
    inversion has a higher one: then it is looked for here.
    """
    chunked = chunk_ids(tokenizer, tokens, chunks)
    outputs = [
        encoder(
            torch.tensor([ids], device=device),
            attention_mask=_attention_mask(chunk, len(ids), masked, device),
            output_hidden_states=True,
        )
        for chunk, ids in enumerate(chunked)
    ]
    states = torch.cat([output.hidden_states[-2] for output in outputs], dim=1)
    if any(token.weight != 1 for token in tokens):
        states = torch.lerp(
            _hidden_states(tokenizer, encoder, (), chunks, device)[0], states, _weights(tokens, states)
        )
    if isinstance(encoder, CLIPTextModelWithProjection) and max(chunked[0]) >= encoder.config.vocab_size:
        end = chunked[0].index(end_of(tokenizer))
        return states, encoder.text_projection(outputs[0].last_hidden_state[:, end])
    return states, outputs[0][0]


def _attention_mask(
    chunk: int, length: int, masked: Collection[int], device: torch.device
) -> torch.Tensor | None:
    """Return [1, T]: 0 for the columns of a chunk that no token attends to. None if there are none."""
    if not masked:
        return None
    columns = range(chunk * length, (chunk + 1) * length)
    return torch.tensor([[int(column not in masked) for column in columns]], device=device)


def _weights(tokens: Sequence[Token], states: torch.Tensor) -> torch.Tensor:
    """Return each token's weight in its place, [1, T, 1]; 1 for start, end and padding."""
    weights = torch.ones_like(states[:, :, :1])
    weights[0, [token.position for token in tokens], 0] = weights.new_tensor(
        [token.weight for token in tokens]
    )
    return weights
