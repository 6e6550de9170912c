"""The studio: small scenes to edit, so that many seeds take minutes; all are painted by one pipeline."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.quality.paintings import unobserved
from benchmarks.serve.process import REPOSITORY
from tilebake.cli.engine import load_pipeline
from tilebake.cli.options import Choices
from tilebake.cli.planning import bake_options
from tilebake.level.edit.edit import Edit, Rewrite
from tilebake.level.project import find_project
from tilebake.level.tilemap import TileMap, parse_map, read_map
from tilebake.paint.control.editing import EditedFrom, edit_scene
from tilebake.paint.observe.attention_maps import AttentionMaps
from tilebake.paint.observe.observe import observe_words
from tilebake.paint.picture import PixelArray
from tilebake.paint.scene import Painted, Scene
from tilebake.request import BakeRequest
from tilebake.serve.bake.plan import BakeOptions, Planner

BASE_PROMPT: Final = "top-down fantasy game map, hand painted"
TERRAINS: Final = {
    "grass": "lush green grass",
    "sand": "golden sand",
    "path": "cobblestone path",
    "forest": "dark forest",
}
ROWS: Final = ("ggss", "ggss", "ppff", "ppff")
SIDE: Final = 192  # pixels along a plain prompt's picture


def small_map(prompts: Mapping[str, str]) -> TileMap:
    """Four terrains on four tiles by four; `prompts` by terrain, where they are not the usual ones."""
    wire = {
        "tilebake": 1,
        "base_prompt": BASE_PROMPT,
        "terrains": {**TERRAINS, **prompts},
        "legend": {name[0]: name for name in TERRAINS},
        "rows": ROWS,
    }
    return parse_map(json.dumps(wire))


@dataclass(frozen=True)
class Subject:
    """Whose prompt is edited: a terrain's of the small map, or, without one, a plain prompt."""

    terrain: str | None
    prompt: str

    def edit(self, rewrite: Rewrite) -> Edit:
        """Make an edit of this prompt alone."""
        return Edit({self.terrain: rewrite})


class Studio:
    """One pipeline, and how it is told to paint."""

    def __init__(self, choices: Choices) -> None:
        self._order = bake_options(choices)
        self._planner = Planner(self._order)
        source, _ = self._planner.model(find_project(REPOSITORY))
        self.pipeline = load_pipeline(source, (), choices.machine)

    def request(self, tilemap: TileMap, seed: int) -> BakeRequest:
        """Return a map's bake with a seed."""
        planner = Planner(BakeOptions(self._order.settings, self._order.model, self._order.loras, seed))
        request, _ = planner.request(tilemap, find_project(REPOSITORY))
        return request

    def sample(self, path: Path) -> BakeRequest:
        """Return a map file's bake, with its own seed."""
        project = find_project(path)
        request, _ = self._planner.request(read_map(path, project), project)
        return request

    def plain(self, prompt: str, size: tuple[int, int], seed: int) -> Scene:
        """Return the scene of a plain prompt; `size` is width and height in pixels."""
        return self.pipeline.plain_scene(prompt, None, size, self._order.settings, seed)

    def scene(self, subject: Subject, seed: int) -> Scene:
        """Return a subject's scene, ready to be painted."""
        if subject.terrain is None:
            return self.plain(subject.prompt, (SIDE, SIDE), seed)
        tilemap = small_map({subject.terrain: subject.prompt})
        return self.pipeline.scene(self.request(tilemap, seed))

    def paint(self, subject: Subject, seed: int) -> PixelArray:
        """Paint a subject as it is, without any edit."""
        return observe_words(self.pipeline.components, self.scene(subject, seed), (), unobserved).image

    def edit(self, subject: Subject, rewrite: Rewrite, seed: int) -> Painted[EditedFrom]:
        """Paint a subject before and after its edit."""
        scene = self.scene(subject, seed)
        return edit_scene(self.pipeline.components, scene, subject.edit(rewrite), unobserved)

    def observe(self, scene: Scene, words: Sequence[str]) -> Painted[AttentionMaps]:
        """Paint a scene while observing words."""
        return observe_words(self.pipeline.components, scene, words, unobserved)
