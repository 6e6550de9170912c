"""Draw contact sheets of attention: words over the picture, their heat, and how it moved over the steps."""

from collections.abc import Sequence
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tilebake.level.canvas import LATENT, map_box
from tilebake.level.edit.edit import Edit, Rewrite
from tilebake.level.edit.rewrite import Prompts
from tilebake.level.tilemap import TileMap
from tilebake.paint.control.editing import EditedFrom
from tilebake.paint.observe.attention_maps import AttentionMaps, places
from tilebake.paint.picture import Box
from tilebake.paint.report.contact_sheet import Panel, contact_sheet
from tilebake.paint.report.mask_sheet import edge_picture, heat, tile_picture
from tilebake.paint.scene import Painted, Scene

HEAT_SHARE: Final = 0.6  # of the heat where it is laid over the picture in grey
STRIP_SIDE: Final = 3  # steps along a side of the strip: it has the picture's own shape
STRIP_CELL: Final = 160  # pixels along a step's longer side


def attention_sheet(
    tilemap: TileMap,
    scene: Scene,
    observed: Painted[AttentionMaps],
    *,
    steps: slice,
    level: int | None,
    heading: str,
) -> NDArray[np.uint8]:
    """Draw the picture with its tiles, and a row a word: over the picture, mean over `steps`, strip."""
    tiles = tile_picture(tilemap, scene.canvas)
    regions = scene.blend.regions[scene.blend.steps[-1].mask_sigma]
    box = map_box(tilemap, scene.canvas)
    maps = observed.extra.by_step(level)
    panels = [
        Panel("picture", observed.image, f"{scene.sampling.steps} steps, seed {scene.sampling.seed}"),
        Panel("tiles", as_large(tiles, observed.image), f"{len(tilemap.tiles)} tiles"),
        Panel("edges", as_large(edge_picture(tiles, regions), observed.image), "where masks change places"),
    ]
    zoom = _pixels_per_cell(observed.extra, level)
    for index, (word, regions_of_word) in enumerate(
        zip(observed.extra.words, observed.extra.regions, strict=True)
    ):
        first = regions_of_word[0]
        prompt = tilemap.base_prompt if first is None else tilemap.terrains[first].prompt
        title = f"{word}  ({places(regions_of_word, scene.terrains)})"
        seen = [_within(each, box, zoom) for each in maps[:, index]]
        panels += word_panels(observed.image, title, prompt, seen, steps)
    return contact_sheet(panels, heading=heading, columns=3)


def edit_sheet(
    edited: Painted[EditedFrom], prompts: Prompts, edit: Edit, *, heading: str
) -> NDArray[np.uint8]:
    """Draw before, after, and where the edit may show. `prompts` are the source's."""
    before = "\n".join(dict.fromkeys(prompts[place] for place in edit.rewrites))
    after = "\n".join(dict.fromkeys(rewrite.prompt for rewrite in edit.rewrites.values()))
    source, mask = edited.extra.source, edited.extra.mask
    differing = (source != edited.image).any(axis=-1)
    seconds = edited.timings["denoise"]
    panels = [
        Panel("before", source, before),
        Panel("after", edited.image, "\n".join((after, *_describe_controls(edit)))),
        Panel(
            "where it may change",
            as_large(heat(mask), source, Image.Resampling.NEAREST),
            f"{differing.mean():.1%} of the pixels differ; denoised in {seconds:.1f} s",
        ),
    ]
    return contact_sheet(panels, heading=heading, columns=3)


def trial_sheet(
    titles: Sequence[str], edited: Sequence[Painted[EditedFrom]], *, heading: str
) -> NDArray[np.uint8]:
    """Draw a source, and numbered beside it several edits of it."""
    source = edited[0].extra.source
    panels = [Panel("before", source)]
    for number, (title, each) in enumerate(zip(titles, edited, strict=True), start=1):
        differing = (source != each.image).any(axis=-1).mean()
        caption = "\n".join((f"{differing:.1%} of the pixels differ", *each.notes.splitlines()))
        panels.append(Panel(f"{number}: {title}", each.image, caption))
    return contact_sheet(panels, heading=heading)


def _describe_controls(edit: Edit) -> list[str]:
    """Describe the edit's controls, a line for each that differs."""
    rewrites = edit.rewrites.values()
    lines = [_describe_rewrite(rewrite) for rewrite in rewrites]
    shared = f"self {edit.self_replace_steps:g}, from {edit.source_steps:g} on"
    return [shared, *dict.fromkeys(lines)]


def _describe_rewrite(rewrite: Rewrite) -> str:
    name = type(rewrite.control).__name__.lower()
    weighed = (f"{word} x {weight:g}" for word, weight in rewrite.weights.items())
    return ", ".join((name, f"cross {rewrite.control.cross_shares.default:g}", *weighed))


def word_panels(
    image: NDArray[np.uint8], title: str, prompt: str, maps: Sequence[NDArray[np.float32]], steps: slice
) -> list[Panel]:
    """Draw one word over the picture, its mean over `steps`, and single steps. `maps`: [h, w] a step."""
    mean = np.mean(maps[steps], axis=0)
    first, last, _ = steps.indices(len(maps))
    shown = np.unique(np.linspace(0, len(maps) - 1, min(len(maps), STRIP_SIDE**2)).round().astype(int))
    said = " ".join(str(step + 1) for step in shown)
    return [
        Panel(title, over(image, mean), prompt),
        Panel(
            f"mean over steps {first + 1} to {last}",
            as_large(heat(_of_peak(mean, mean.max())), image, Image.Resampling.NEAREST),
            f"share of attention: peak {mean.max():.3f}, mean {mean.mean():.3f}",
        ),
        Panel(
            "single steps",
            strip([maps[step] for step in shown]),
            f"steps {said}, brightest {np.max(maps):.3f}",
        ),
    ]


def over(image: NDArray[np.uint8], values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Draw values [h, w] as heat over the picture [H, W, 3 or 4] in grey: [H, W, 3]."""
    grey = np.asarray(Image.fromarray(image[..., :3]).convert("L"))[..., None]
    hot = as_large(heat(_of_peak(values, values.max())), image)
    return ((1 - HEAT_SHARE) * grey + HEAT_SHARE * hot).round().astype(np.uint8)


def strip(maps: Sequence[NDArray[np.float32]]) -> NDArray[np.uint8]:
    """Draw maps [h, w] in reading order on one square grid, all on one scale: uint8 [H, W, 3]."""
    columns = ceil(len(maps) ** 0.5)
    peak = float(np.max(maps))
    zoom = max(1, STRIP_CELL // max(maps[0].shape))
    cells = [heat(_of_peak(each, peak)).repeat(zoom, axis=0).repeat(zoom, axis=1) for each in maps]
    cells += [np.zeros_like(cells[0])] * (-len(cells) % columns)
    framed = [np.pad(cell, ((1, 1), (1, 1), (0, 0)), constant_values=60) for cell in cells]
    rows = [np.concatenate(framed[at : at + columns], axis=1) for at in range(0, len(framed), columns)]
    return np.concatenate(rows)


def _of_peak(values: NDArray[np.float32], peak: float) -> NDArray[np.float32]:
    return (values / max(peak, np.finfo(np.float32).tiny)).astype(np.float32)


def as_large(
    colours: NDArray[np.uint8],
    image: NDArray[np.uint8],
    resample: Image.Resampling = Image.Resampling.BICUBIC,
) -> NDArray[np.uint8]:
    """Scale colours [h, w, 3] to the size of a picture, so that panels are all alike."""
    height, width = image.shape[:2]
    return np.asarray(Image.fromarray(colours).resize((width, height), resample))


def _pixels_per_cell(maps: AttentionMaps, level: int | None) -> int:
    """Count the canvas pixels along one value of a map."""
    return LATENT * 2 ** (min(maps.levels) if level is None else level)


def _within(values: NDArray[np.float32], box: Box, zoom: int) -> NDArray[np.float32]:
    """Cut the part of a canvas's map [h, w] in the map's bounds, with values hard-edged as they are."""
    left, top, right, bottom = (edge / zoom for edge in box)
    size = max(1, round(right - left)), max(1, round(bottom - top))
    cropped = Image.fromarray(values).resize(
        size, Image.Resampling.BOX, box=(left, top, min(right, values.shape[1]), min(bottom, values.shape[0]))
    )
    return np.asarray(cropped)
