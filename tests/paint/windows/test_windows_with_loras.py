"""Terrains' LoRAs in a map of several windows."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.paint.terrain_loras.test_terrain_loras import peft_lora, save_peft, with_loras
from tests.paint.test_pipeline import ask, ignore, level
from tilebake.level.map.grid import Bounds
from tilebake.level.tilemap import TileMap
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.windows.store import Kept, MemoryStore

ROWS = ("g" * 31 + "w" * 5,) * 2  # 72 latents, of which the last windows alone see water
LEFT, RIGHT = Bounds(0, 0, 160, 32), Bounds(416, 0, 160, 32)


class Noted(MemoryStore):
    """A store that tells the latents of all windows that were painted, by their keys, and the pieces."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: dict[str, NDArray[np.float32]] = {}

    def put(self, key: str, kept: Kept) -> None:
        """Keep a window, and note its latents."""
        if kept.dtype == np.float32:
            self.windows[key] = kept.astype(np.float32)
        super().put(key, kept)


def paint(components: Components, tilemap: TileMap, *parts: Bounds) -> Noted:
    store = Noted()
    request = ask(tilemap, windows="always", window=256, rounds=1, mask_sigma=1.0)
    for part in parts:
        Pipeline(components, store).bake(request.part(part), ignore)
    return store


def test_windows_come_out_alike_in_any_order_and_those_without_the_terrain_as_without(
    tiny_components: Components, tmp_path: Path
) -> None:
    stone = save_peft(tmp_path / "stone.safetensors", peft_lora(tiny_components))
    tilemap = with_loras(level(*ROWS), w=[(stone, 0.8)])
    forth = paint(tiny_components, tilemap, LEFT, RIGHT).windows
    back = paint(tiny_components, tilemap, RIGHT, LEFT).windows
    assert forth.keys() == back.keys()
    for key, latents in forth.items():
        np.testing.assert_array_equal(latents, back[key])
    without = paint(tiny_components, level(*ROWS), LEFT, RIGHT).windows
    unseen = forth.keys() & without.keys()
    assert 0 < len(unseen) < len(forth) == len(without)
    for key in unseen:
        np.testing.assert_array_equal(forth[key], without[key])
    seen = forth.keys() - unseen
    others = [each for key, each in without.items() if key not in unseen]
    assert all(np.abs(forth[key] - each).max() > 0.1 for key in seen for each in others)


def test_another_weight_paints_the_windows_that_see_the_terrain(
    tiny_components: Components, tmp_path: Path
) -> None:
    stone = save_peft(tmp_path / "stone.safetensors", peft_lora(tiny_components))
    store = [
        paint(tiny_components, with_loras(level(*ROWS), w=[(stone, each)]), LEFT, RIGHT)
        for each in (0.8, 0.9)
    ]
    one, other = (each.windows.keys() for each in store)
    assert 0 < len(one & other) < len(one)
