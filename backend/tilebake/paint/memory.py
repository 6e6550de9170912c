"""Fall back step by step when memory runs out, and list what was given up.

A task is tried as it is, then again under each fallback, all earlier ones still in force. A fallback is a
context that gives up speed (or, in tiles, a little exactness) for memory, and restores everything on exit.
"""

import gc
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import NamedTuple, TypeVar

import torch
from accelerate import cpu_offload
from accelerate.hooks import remove_hook_from_submodules
from diffusers import AutoencoderKL
from torch import nn

from tilebake.errors import BakeError

_Result = TypeVar("_Result")
TILED_SIDE = 64  # latent pixels along a tile's edge when decoding in tiles
MESSAGES = ("out of memory", "not enough memory", "can't allocate memory")


class MemoryRanOutError(BakeError):
    """Say that there is not enough memory, whatever is given up."""


class Fallback(NamedTuple):
    """Describe one way to need less memory: what is given up, in words, and the context in which it is."""

    what: str
    context: Callable[[], AbstractContextManager[None]]


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an exception says that memory ran out, on any device."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in MESSAGES)


def run_with_fallbacks(
    task: Callable[[], _Result], fallbacks: Sequence[Fallback], purpose: str
) -> tuple[_Result, tuple[str, ...]]:
    """Return what `task` returns, and what had to be given up for it.

    Raises MemoryRanOutError, naming `purpose`, when memory runs out under all fallbacks together.
    """
    degraded: list[str] = []
    with ExitStack() as contexts:
        for fallback in (None, *fallbacks):
            if fallback is not None:
                contexts.enter_context(fallback.context())
                degraded.append(fallback.what)
            ran_out = False
            try:
                return task(), tuple(degraded)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                ran_out = True
            if ran_out:  # outside `except`, where no traceback keeps the task's tensors alive
                release()
    raise MemoryRanOutError(
        f"not enough memory to {purpose}",
        hint="close other programs, or lower pixels_per_tile",
    )


def release() -> None:
    """Return memory that nothing uses any more to the device."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
    elif torch.xpu.is_available():
        torch.xpu.empty_cache()


@contextmanager
def park(*modules: nn.Module) -> Generator[None]:
    """Keep modules that are not needed now in main memory."""
    devices = [next(module.parameters()).device for module in modules]
    for module in modules:
        module.to("cpu")
    release()
    try:
        yield
    finally:
        for module, device in zip(modules, devices, strict=True):
            module.to(device)


@contextmanager
def stream(*modules: nn.Module, device: torch.device) -> Generator[None]:
    """Keep modules' weights in main memory, each layer's on the device only while it runs. Slow."""
    for module in modules:
        cpu_offload(module, execution_device=device)
    release()
    try:
        yield
    finally:
        for module in modules:
            remove_hook_from_submodules(module)


@contextmanager
def on_cpu(*modules: nn.Module, device: torch.device) -> Generator[None]:
    """Run modules that belong on `device` on the CPU, in float32 as it computes best. Slowest of all."""
    with ExitStack() as moved:
        for module in modules:
            moved.enter_context(_on_cpu(module, device))
        release()
        yield


@contextmanager
def _on_cpu(module: nn.Module, device: torch.device) -> Generator[None]:
    first = next(module.parameters())
    dtype, is_streamed = first.dtype, first.device.type == "meta"
    if is_streamed:
        remove_hook_from_submodules(module)
    nn.Module.to(module, "cpu", torch.float32)  # diffusers' own `to` warns of every cast
    try:
        yield
    finally:
        nn.Module.to(module, dtype=dtype)
        if is_streamed:
            cpu_offload(module, execution_device=device)
        else:
            module.to(device)


@contextmanager
def decode_in_tiles(vae: AutoencoderKL) -> Generator[None]:
    """Decode in overlapping tiles, blended at their edges: memory no longer grows with the canvas."""
    before = vae.use_tiling, vae.tile_latent_min_size, vae.tile_sample_min_size
    factor = 2 ** (len(vae.config["block_out_channels"]) - 1)
    vae.use_tiling, vae.tile_latent_min_size, vae.tile_sample_min_size = True, TILED_SIDE, TILED_SIDE * factor
    try:
        yield
    finally:
        vae.use_tiling, vae.tile_latent_min_size, vae.tile_sample_min_size = before
