"""When memory runs out: fall back step by step, and say so.

A task is tried as it is, then again on each lower rung of a ladder. Every rung is a context that gives up
speed (or, in tiles, a little exactness) for memory, and puts everything back as it was.
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

Result = TypeVar("Result")
TILE = 64  # latent pixels along a tile's edge when decoding in tiles
MESSAGES = ("out of memory", "not enough memory", "can't allocate memory")


class MemoryRanOutError(BakeError):
    """There is not enough memory, whatever is given up."""


class Rung(NamedTuple):
    """One step down: what is given up, in words, and the context in which it is."""

    told: str
    context: Callable[[], AbstractContextManager[None]]


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception says that memory ran out, on any device."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in MESSAGES)


def descend(task: Callable[[], Result], rungs: Sequence[Rung], what: str) -> tuple[Result, tuple[str, ...]]:
    """What `task` returns, and what had to be given up for it.

    Raises MemoryRanOutError, naming `what`, when memory runs out on the lowest rung too.
    """
    told: list[str] = []
    with ExitStack() as given_up:
        for rung in (None, *rungs):
            if rung is not None:
                given_up.enter_context(rung.context())
                told.append(rung.told)
            ran_out = False
            try:
                return task(), tuple(told)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                ran_out = True
            if ran_out:  # outside `except`, where no traceback keeps the task's tensors alive
                release()
    raise MemoryRanOutError(
        f"not enough memory to {what}",
        hint="close other programs, or lower pixels_per_tile",
    )


def release() -> None:
    """Hands memory that nothing uses any more back to the device."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
    elif torch.xpu.is_available():
        torch.xpu.empty_cache()


@contextmanager
def parked(*modules: nn.Module) -> Generator[None]:
    """Keeps modules that are not needed now in main memory."""
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
def streamed(module: nn.Module, device: torch.device) -> Generator[None]:
    """Keeps a module's weights in main memory, each layer's on the device only while it runs. Slow."""
    cpu_offload(module, execution_device=device)
    release()
    try:
        yield
    finally:
        remove_hook_from_submodules(module)


@contextmanager
def on_cpu(*modules: nn.Module, device: torch.device) -> Generator[None]:
    """Runs modules that belong on `device` on the CPU, in float32 as it computes best. Slowest of all."""
    with ExitStack() as moved:
        for module in modules:
            moved.enter_context(_moved_to_cpu(module, device))
        release()
        yield


@contextmanager
def _moved_to_cpu(module: nn.Module, device: torch.device) -> Generator[None]:
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
def tiled(vae: AutoencoderKL) -> Generator[None]:
    """Decodes in overlapping tiles, blended at their edges: memory no longer grows with the canvas."""
    before = vae.use_tiling, vae.tile_latent_min_size, vae.tile_sample_min_size
    factor = 2 ** (len(vae.config["block_out_channels"]) - 1)
    vae.use_tiling, vae.tile_latent_min_size, vae.tile_sample_min_size = True, TILE, TILE * factor
    try:
        yield
    finally:
        vae.use_tiling, vae.tile_latent_min_size, vae.tile_sample_min_size = before
