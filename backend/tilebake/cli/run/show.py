"""Run `tilebake show masks`: draw the masks of a map, without a model."""

from pathlib import Path

from tilebake.cli.options import Choices
from tilebake.cli.output import picture_path, write_picture
from tilebake.cli.planning import bake_options
from tilebake.cli.terminal.printing import print_path
from tilebake.level.canvas import canvas_for
from tilebake.level.map_names import map_stem
from tilebake.level.masks.blend_schedule import blend_steps
from tilebake.level.masks.regions import masks_of
from tilebake.level.project import find_project
from tilebake.level.tilemap import read_map
from tilebake.paint.report.contact_sheet import contact_sheet
from tilebake.paint.report.mask_sheet import mask_panels
from tilebake.serve.bake.plan import settings_for


def show_masks(map_path: Path, choices: Choices) -> None:
    """Write one labelled picture: the tiles, each terrain's mask, their sum and the edges."""
    project = find_project(map_path)
    tilemap = read_map(map_path, project)
    settings = settings_for(tilemap, project, bake_options(choices))
    canvas = canvas_for(tilemap, settings.pixels_per_tile)
    sigma = blend_steps(settings, tilemap.grid, tilemap.tile_size, 1)[0].mask_sigma
    regions = masks_of(tilemap, canvas, settings, sigma)
    panels = mask_panels(tilemap, canvas, regions)
    height, width = canvas.latent_size
    heading = f"{tilemap.name}: masks of {width} x {height} latent pixels, mask_sigma {sigma:g}"
    out = picture_path(choices.out, Path(f"{map_stem(map_path)}.masks.png"))
    write_picture(out, contact_sheet(panels, heading=heading))
    print_path(out)
