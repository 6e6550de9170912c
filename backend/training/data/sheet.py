"""A contact sheet of what the teacher paints: every terrain as it is, or a few terrains with every adjective.

python -m training.data.sheet --out backend/training/terrains.jpg
python -m training.data.sheet --out backend/training/adjectives.jpg --adjectives --terrain grass
"""

from pathlib import Path
from zlib import crc32

import click
import numpy as np
from PIL import Image, ImageDraw

from training.terrain.catalog import NAMES, TERRAINS
from training.terrain.look import ADJECTIVES
from training.terrain.scene import Patch, single

GAP = 2  # pixels between pictures


def picture(patch: Patch, side: int, caption: str) -> Image.Image:
    """A terrain with its name on it; seeded by the terrain, so that all adjectives find the same ground."""
    rng = np.random.default_rng((crc32(patch.terrain.encode()), 0))
    seen = round(side * 1.6)  # from a little further away than in a map, so that more of it is seen
    painted = single(rng, (seen, seen), patch)
    image = Image.fromarray((painted * 255 + 0.5).astype(np.uint8)).resize(
        (side, side), Image.Resampling.LANCZOS
    )
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, side - 13, draw.textlength(caption) + 5, side), fill="#000000")
    draw.text((2, side - 12), caption, fill="#ffffff")
    return image


def sheet(pictures: list[Image.Image], columns: int) -> Image.Image:
    """Pictures of one size in rows."""
    step = pictures[0].width + GAP
    rows = -(-len(pictures) // columns)
    page = Image.new("RGB", (columns * step - GAP, rows * step - GAP), "#101014")
    for index, each in enumerate(pictures):
        page.paste(each, (index % columns * step, index // columns * step))
    return page


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--terrain", "names", multiple=True, type=click.Choice(NAMES), help="All, if none is named.")
@click.option("--adjectives", is_flag=True, help="Each terrain with every adjective too.")
@click.option("--side", default=112, show_default=True)
@click.option("--columns", default=11, show_default=True)
def main(out: Path, names: tuple[str, ...], adjectives: bool, side: int, columns: int) -> None:
    """Paint a contact sheet."""
    pictures: list[Image.Image] = []
    for name in names or NAMES:
        pictures.append(picture(Patch(name), side, name.replace("_", " ")))
        words = [word for word in ADJECTIVES if word not in TERRAINS[name].plain] if adjectives else []
        pictures += [picture(Patch(name, (word,)), side, word) for word in words]
    sheet(pictures, columns).save(out, quality=72, optimize=True)


if __name__ == "__main__":
    main()
