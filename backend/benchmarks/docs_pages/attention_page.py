"""docs/attention.md and its pictures, each painted by the very command that stands beside it.

    python -m benchmarks.docs_pages.attention_page            # all of it; a few minutes
    python -m benchmarks.docs_pages.attention_page weights    # one exhibit's pictures

Run it in the root of the repository, and look at every picture: what the page says of them is in
attention_prose.py.
"""

import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import Final

import click
import numpy as np
from PIL import Image

from benchmarks.docs_pages.attention_prose import DEPARTURES, OPENING, TRYING
from benchmarks.docs_pages.exhibits import EXHIBITS, Exhibit, Shot
from benchmarks.serve.process import REPOSITORY
from tilebake.cli import tilebake
from tilebake.paint.report.contact_sheet import Panel, contact_sheet

PAGE: Final = REPOSITORY / "docs" / "attention.md"
PICTURES: Final = REPOSITORY / "docs" / "attention"
QUALITY: Final = 85  # of the JPEGs


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([exhibit.name for exhibit in EXHIBITS]))
def main(names: tuple[str, ...]) -> None:
    """Paint the pictures of docs/attention.md, and write the page."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(PICTURES, Path(folder, "docs", "attention"))
        with contextlib.chdir(folder):
            for exhibit in EXHIBITS:
                if not names or exhibit.name in names:
                    sheet(exhibit).save(PICTURES / f"{exhibit.name}.jpg", quality=QUALITY)
    PAGE.write_text(page(), encoding="utf-8")


def sheet(exhibit: Exhibit) -> Image.Image:
    """Lay an exhibit's pictures in a row; one that is a sheet already is only brought to its size."""
    pictures = [painted(shot) for shot in exhibit.shots]
    if len(pictures) == 1:
        picture = Image.fromarray(pictures[0])
        picture.thumbnail((exhibit.size, 4 * exhibit.size), Image.Resampling.LANCZOS)
        return picture
    panels = [Panel(shot.title, picture) for shot, picture in zip(exhibit.shots, pictures, strict=True)]
    row = contact_sheet(panels, heading=exhibit.heading, columns=len(panels), panel_size=exhibit.size)
    return Image.fromarray(row)


def painted(shot: Shot) -> np.ndarray:
    """Return what the command paints, from the current folder. Painted once, whatever asks for it."""
    if not Path(shot.out).exists():
        click.echo(f"tilebake {shot.command}", err=True)
        tilebake.main(shot.words, standalone_mode=False)
    return np.asarray(Image.open(shot.out).convert("RGB"))


def page() -> str:
    """Write the page in Markdown."""
    return "\n".join([OPENING, *(section(exhibit) for exhibit in EXHIBITS), TRYING, DEPARTURES])


def section(exhibit: Exhibit) -> str:
    """One exhibit: its commands, its pictures, and what one sees."""
    commands = "\n".join(f"tilebake {shot.command}" for shot in exhibit.told)
    return f"""\
## {exhibit.heading}

```sh
{commands}
```

![{exhibit.heading}](attention/{exhibit.name}.jpg)

{exhibit.seen}
"""


if __name__ == "__main__":
    main()
