from collections.abc import Callable

import pytest
import torch

from tilebake.errors import PromptError
from tilebake.level.tilemap import parse_map
from tilebake.paint.model.load import Components
from tilebake.paint.prompts.cache import PromptCache
from tilebake.paint.prompts.embeds import PromptEmbeds
from tilebake.paint.prompts.encode import condition

MAP = """{"tilebake": 1, "base_prompt": "a map", "legend": {"g": "grass"}, "rows": ["gg"],
          "terrains": {"grass": "PROMPT"}}"""


def prompt() -> PromptEmbeds:
    return PromptEmbeds("", (), torch.zeros(1, 77, 8), torch.zeros(1, 8))


def never() -> PromptEmbeds:
    raise AssertionError("it is kept")


def test_a_kept_prompt_is_not_encoded_again() -> None:
    kept = PromptCache()
    first = kept.get("grass", prompt)
    assert kept.get("grass", never) is first
    assert kept.get("sand", prompt) is not first


def test_the_least_recently_used_prompt_is_dropped_first() -> None:
    kept = PromptCache(most=2)
    grass, sand = kept.get("grass", prompt), kept.get("sand", prompt)
    assert kept.get("grass", never) is grass
    kept.get("water", prompt)
    assert kept.get("grass", never) is grass
    assert kept.get("sand", prompt) is not sand


def test_nothing_is_kept_of_an_error() -> None:
    def fail() -> PromptEmbeds:
        raise PromptError("no", hint="yes")

    kept = PromptCache()
    for _ in range(2):
        with pytest.raises(PromptError):
            kept.get("grass", fail)
    assert kept.get("grass", prompt).text == ""


def test_a_second_map_is_read_without_the_encoders(
    tiny_components: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = condition(tiny_components, parse_map(MAP.replace("PROMPT", "cached grass")))

    def refuse(*_: object, **__: object) -> Callable[..., object]:
        raise AssertionError("prompts that are kept need no encoder")

    monkeypatch.setattr(tiny_components.text_encoder_2, "forward", refuse)
    again = condition(tiny_components, parse_map(MAP.replace("PROMPT", "cached grass")))
    assert (again.base, again.regions, again.negative) == (first.base, first.regions, first.negative)
    with pytest.raises(AssertionError, match="need no encoder"):
        condition(tiny_components, parse_map(MAP.replace("PROMPT", "other grass")))
