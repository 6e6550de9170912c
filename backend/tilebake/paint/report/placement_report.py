"""Report how well each terrain kept to its tiles, by where its prompt was attended to, and as judged.

A mask says where a prompt counts. How much of the attention there its own words get, against start, end and
padding, is up to the picture: what they get within their terrain's tiles has kept to them, the rest has bled.
A model may bring a judge along, which looks at the finished tiles alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tilebake.level.canvas import LATENT, in_windows, map_box
from tilebake.level.tilemap import TileMap
from tilebake.level.torus.tile_layout import layout_of
from tilebake.paint.judge.judging import count_judged
from tilebake.paint.judge.network import Judge
from tilebake.paint.judge.reading import read_judge
from tilebake.paint.observe.attention_maps import AttentionMaps
from tilebake.paint.observe.attention_store import ObservedWord
from tilebake.paint.observe.observe import observe_chosen
from tilebake.paint.pipeline import Pipeline
from tilebake.paint.prompts.embeds import Conditioning
from tilebake.paint.report.attention_sheet import as_large, over
from tilebake.paint.report.contact_sheet import Panel, contact_sheet
from tilebake.paint.report.judged_tiles import describe_judged
from tilebake.paint.report.mask_sheet import NOBODY, edge_picture, tile_owners, tile_picture
from tilebake.paint.report.window_report import report_windows
from tilebake.paint.scene import Painted, Scene
from tilebake.paint.torus.finish import join_tiles
from tilebake.request import BakeRequest, OnStep
from tilebake.texture import AttentionShares, PlacementReport, TerrainPlacement, Texture

NAMED_TERRAINS: Final = 3  # of the terrains that a terrain bled into


def bake_with_report(pipeline: Pipeline, request: BakeRequest, on_step: OnStep) -> Texture:
    """Bake as `pipeline.bake` does, pixel by pixel, with a report.

    In windows it tells how they hold together instead of where words were attended to. A map with an edit is
    painted as it is, and once more without its edit, which the report is about. Raises as that does, and
    ModelError for a judge that cannot be read.
    """
    file = pipeline.components.judge
    judge = None if file is None else read_judge(file)  # first, so that a broken one costs no bake
    if in_windows(request.tilemap, request.settings):
        texture = pipeline.bake(request, on_step)
        return replace(texture, report=report_windows(request, texture.image, judge))
    scene = pipeline.scene(request)
    observed = observe_chosen(pipeline.components, scene, _whole_prompts, on_step)
    laid = replace(observed, image=_lay_out(observed.image, request.tilemap))
    report = _report(request.tilemap, scene, laid, judge)
    if request.tilemap.edit is not None:
        return replace(pipeline.bake(request, on_step), report=report)
    return observed.texture(request, report)


def _lay_out(image: NDArray[np.uint8], tilemap: TileMap) -> NDArray[np.uint8]:
    """Return a picture as its map has it: the tiles of a TileSet's sheet stand elsewhere."""
    return join_tiles(layout_of(tilemap), image) if tilemap.tile_set else image


def _whole_prompts(conditioning: Conditioning) -> list[ObservedWord]:
    """Name all words of each terrain's prompt as one."""
    return [
        ObservedWord(prompt.text, prompt, (region,), tuple(token.position for token in prompt.tokens))
        for region, prompt in enumerate(conditioning.regions)
    ]


def placements(
    names: Sequence[str], heat: NDArray[np.float32], masks: NDArray[np.float32], owners: NDArray[np.intp]
) -> tuple[TerrainPlacement, ...]:
    """Compute shares of each terrain's heat [R, h, w], and of its mask [R, h, w], by whose tile it lies in.

    `owners` [h, w]: the terrain that has each place, NOBODY where there is no tile.
    """
    return tuple(
        TerrainPlacement(
            name,
            AttentionShares(
                kept=_share(heat[region], owners == region),
                by_mask=_share(masks[region], owners == region),
                bled=_bleeding([*names, ""], heat[region], owners, region),
            ),
        )
        for region, name in enumerate(names)
    )


def _bleeding(
    names: Sequence[str], heat: NDArray[np.float32], owners: NDArray[np.intp], region: int
) -> dict[str, float]:
    """Share out heat by the terrain in whose tiles it lies, the largest first, without what rounds to 0."""
    places = [other for other in range(NOBODY, len(names) - 1) if other != region]
    shares = {names[other]: round(_share(heat, owners == other), 3) for other in places}
    return dict(sorted(((name, s) for name, s in shares.items() if s), key=lambda each: -each[1]))


def _share(values: NDArray[np.float32], where: NDArray[np.bool_]) -> float:
    total = float(values.sum())
    return float(values[where].sum()) / total if total else 0.0


def _report(
    tilemap: TileMap, scene: Scene, observed: Painted[AttentionMaps], judge: Judge | None
) -> PlacementReport:
    regions = scene.blend.regions[scene.blend.steps[-1].mask_sigma]
    height, width = regions.empty.shape
    tiles = tile_owners(tilemap, scene.canvas)
    terrain_of = np.array([*(scene.terrains.index(tile.terrain) for tile in tilemap.tiles), NOBODY])
    zoom = 2 ** min(observed.extra.levels)
    heat = observed.extra.by_step().mean(axis=0).repeat(zoom, axis=1).repeat(zoom, axis=2)[:, :height, :width]
    judged = {} if judge is None else count_judged(judge, observed.image, tilemap)
    found = tuple(
        replace(each, judged=judged.get(each.terrain))
        for each in placements(scene.terrains, heat, regions.masks, terrain_of[tiles])
    )
    return PlacementReport(found, _sheet(tilemap, scene, heat, observed.image, found))


def _sheet(
    tilemap: TileMap,
    scene: Scene,
    heat: NDArray[np.float32],
    image: NDArray[np.uint8],
    found: Sequence[TerrainPlacement],
) -> NDArray[np.uint8]:
    """Draw the picture, its tiles, and every terrain's heat over the picture with its shares."""
    left, top, right, bottom = (round(edge / LATENT) for edge in map_box(tilemap, scene.canvas))
    tiles = tile_picture(tilemap, scene.canvas)
    edges = edge_picture(tiles, scene.blend.regions[scene.blend.steps[-1].mask_sigma])
    panels = [
        Panel("picture", image, f"{scene.sampling.steps} steps, seed {scene.sampling.seed}"),
        Panel("tiles", as_large(tiles, image), f"{len(tilemap.tiles)} tiles"),
        Panel("edges", as_large(edges, image), "where masks change places"),
    ]
    width = round(scene.canvas.scale * tilemap.tile_size[0])
    for each, values in zip(found, heat, strict=True):
        assert each.attention is not None, "it was observed"
        panels.append(
            Panel(
                f"{each.terrain}: {each.attention.kept:.0%} within its tiles",
                over(image, values[top:bottom, left:right]),
                "\n".join((_describe_attention(each.attention), *describe_judged(each.judged, width))),
            )
        )
    return contact_sheet(panels, heading=f"{tilemap.name}: where each terrain's words work", columns=3)


def _describe_attention(shares: AttentionShares) -> str:
    bled = ", ".join(
        f"{name or 'no tile'} {share:.0%}" for name, share in [*shares.bled.items()][:NAMED_TERRAINS]
    )
    return f"by its mask {shares.by_mask:.0%}; bled into {bled or 'nothing'}"
