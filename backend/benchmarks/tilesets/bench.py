"""Paint maps and sets by the embedded model, as a user's command would."""

import json
import time
from typing import Any, Final

from benchmarks.tilesets.compose import Pixels
from tilebake.cli.engine import load_components
from tilebake.cli.options import Machine
from tilebake.level.canvas import in_windows
from tilebake.level.decide import decide
from tilebake.level.settings import BakeSettings, apply
from tilebake.level.tilemap import TileMap, parse_map
from tilebake.models.reference import ModelSource, resolve
from tilebake.paint.model.load import Components
from tilebake.paint.pipeline import Pipeline
from tilebake.request import BakeRequest
from tilebake.serve.bake.model.recommended_settings import with_defaults

TERRAINS: Final = {
    "grass": "lush green grass",
    "water": "clear blue water",
    "sand": "golden sand",
    "forest": "dark forest",
}
BASE: Final = "top down game map"


def read(**content: Any) -> TileMap:
    """Return a map of the terrains."""
    head = {"tilebake": 1, "base_prompt": BASE, "terrains": TERRAINS, "tile_size": 64}
    return parse_map(json.dumps({**head, **content}))


class Bench:
    """Paint with the embedded model."""

    def __init__(self) -> None:
        self.source: ModelSource = resolve("embedded")
        self.components: Components = load_components(self.source, (), Machine("auto", "float32"))
        self.pipeline = Pipeline(self.components)

    def request(self, tilemap: TileMap) -> BakeRequest:
        """Ask for a map under the model's own settings."""
        decided = decide(tilemap, apply(BakeSettings(), tilemap.settings))
        is_large = in_windows(decided.tilemap, decided.settings)
        settings = with_defaults(decided.settings, self.source, in_windows=is_large)
        return BakeRequest(decided.tilemap, settings, "embedded", "benchmark", tilemap.seed)

    def paint(self, tilemap: TileMap) -> tuple[Pixels, float]:
        """Paint a map; its picture and the seconds that it took, of processors where they paint it.

        Those do not depend on what else the machine does.
        """
        clock = time.process_time if self.components.device.type == "cpu" else time.perf_counter
        started = clock()
        texture = self.pipeline.bake(self.request(tilemap), lambda _: None)
        return texture.image, clock() - started
