"""Out of memory: fall back step by step, say so, and put everything back."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch

from tilebake.errors import BakeError
from tilebake.paint.memory import (
    Fallback,
    decode_in_tiles,
    is_out_of_memory,
    on_cpu,
    park,
    run_with_fallbacks,
    stream,
)
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline


def full_until(attempt: int, error: BaseException) -> Callable[[], int]:
    """A task that fails until it is tried for the `attempt`-th time, and then says which time it was."""
    attempts = iter(range(1, attempt + 1))

    def task() -> int:
        if (now := next(attempts)) < attempt:
            raise error
        return now

    return task


def ladder(log: list[str]) -> list[Fallback]:
    """Two rungs that note when they are entered and left."""

    @contextmanager
    def rung(name: str) -> Generator[None]:
        log.append(f"+{name}")
        yield
        log.append(f"-{name}")

    return [Fallback("less", lambda: rung("less")), Fallback("least", lambda: rung("least"))]


FULL = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB")


@pytest.mark.parametrize(
    ("attempt", "told", "log"),
    [
        (1, (), []),
        (2, ("less",), ["+less", "-less"]),
        (3, ("less", "least"), ["+less", "+least", "-least", "-less"]),
    ],
)
def test_each_failure_adds_one_fallback_and_all_are_undone(
    attempt: int, told: tuple[str, ...], log: list[str]
) -> None:
    seen: list[str] = []
    assert run_with_fallbacks(full_until(attempt, FULL), ladder(seen), "paint") == (attempt, told)
    assert seen == log


def test_memory_that_runs_out_under_all_fallbacks_raises_with_a_hint() -> None:
    with pytest.raises(BakeError, match="not enough memory to paint") as caught:
        run_with_fallbacks(full_until(4, FULL), ladder([]), "paint")
    assert "pixels_per_tile" in str(caught.value)


def test_another_error_passes_through_at_once() -> None:
    log: list[str] = []
    with pytest.raises(RuntimeError, match="shapes"):
        run_with_fallbacks(full_until(2, RuntimeError("shapes do not match")), ladder(log), "paint")
    assert log == []


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (FULL, True),
        (MemoryError(), True),
        (RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried 9 bytes"), True),
        (RuntimeError("shapes do not match"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_every_devices_way_to_say_it_is_known(error: Exception, expected: bool) -> None:
    assert is_out_of_memory(error) == expected


def test_streamed_weights_compute_the_same_and_come_back(tiny_components: Components) -> None:
    encoder, tokens = tiny_components.text_encoder, torch.tensor([[3, 1, 4, 1, 5]])
    with torch.no_grad():
        before = encoder(tokens).last_hidden_state
        with stream(encoder, device=torch.device("cpu")):
            assert next(encoder.parameters()).device.type == "meta"
            torch.testing.assert_close(encoder(tokens).last_hidden_state, before, rtol=0, atol=0)
        assert next(encoder.parameters()).device.type == "cpu"
        torch.testing.assert_close(encoder(tokens).last_hidden_state, before, rtol=0, atol=0)


def test_a_unet_with_streamed_weights_paints_the_same_picture(tiny_components: Components) -> None:
    def paint() -> Any:
        generated = Pipeline(tiny_components).generate("snow", (32, 48), lambda _: None)
        return generated.image

    at_hand = paint()
    with stream(tiny_components.unet, device=torch.device("cpu")):
        np.testing.assert_array_equal(paint(), at_hand)
    np.testing.assert_array_equal(paint(), at_hand)


def test_parked_modules_go_to_main_memory_and_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    module = torch.nn.Linear(2, 2)
    moves: list[object] = []
    monkeypatch.setattr(module, "to", moves.append)
    with park(module):
        assert moves == ["cpu"]
    assert moves == ["cpu", torch.device("cpu")]


def test_on_the_cpu_a_module_computes_in_float32_and_comes_back_bit_by_bit() -> None:
    module = torch.nn.Linear(3, 3).to(torch.bfloat16)
    before = module.weight.detach().clone()
    with on_cpu(module, device=torch.device("cpu")):
        assert module.weight.dtype == torch.float32
    assert module.weight.dtype == torch.bfloat16
    assert torch.equal(module.weight, before)


def test_on_the_cpu_streamed_weights_are_at_hand_and_are_streamed_again(tiny_components: Components) -> None:
    encoder, tokens = tiny_components.text_encoder, torch.tensor([[3, 1, 4, 1, 5]])
    with torch.no_grad():
        before = encoder(tokens).last_hidden_state
        with stream(encoder, device=torch.device("cpu")):
            with on_cpu(encoder, device=torch.device("cpu")):
                assert next(encoder.parameters()).device.type == "cpu"
                torch.testing.assert_close(encoder(tokens).last_hidden_state, before, rtol=0, atol=0)
            assert next(encoder.parameters()).device.type == "meta"
            torch.testing.assert_close(encoder(tokens).last_hidden_state, before, rtol=0, atol=0)
        torch.testing.assert_close(encoder(tokens).last_hidden_state, before, rtol=0, atol=0)


def test_decoding_in_tiles_is_close_to_decoding_at_once(
    tiny_components: Components, generator: Callable[[int], torch.Generator]
) -> None:
    vae: Any = tiny_components.vae
    latents = torch.randn(1, 4, 72, 8, generator=generator(0))
    with torch.no_grad():
        at_once = vae.decode(latents, return_dict=False)[0]
        with decode_in_tiles(vae):
            assert vae.use_tiling
            in_tiles = vae.decode(latents, return_dict=False)[0]
    assert not vae.use_tiling
    assert in_tiles.shape == at_once.shape
    far_from_the_seam = slice(0, 8 * 32)
    difference = (in_tiles - at_once)[:, :, far_from_the_seam].abs().mean()
    assert difference < 0.25 * at_once.std()
