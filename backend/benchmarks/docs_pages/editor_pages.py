"""The pictures of docs/tiled.md and docs/ldtk.md: what the files on these pages give.

    python -m benchmarks.docs_pages.editor_pages

Run it in the root of the repository when those files or the embedded model changed, and look at both.
"""

import contextlib
import re
import tempfile
from pathlib import Path
from typing import Final, Literal

from PIL import Image

from benchmarks.docs_pages.first_map import run
from benchmarks.serve.process import REPOSITORY

DOCS: Final = REPOSITORY / "docs"
GAP: Final = 8  # pixels between the levels of a world, as they are shown

Page = Literal["tiled", "ldtk"]


def main() -> None:
    """Paint both, by the commands that the pages show."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        save_game(Path("tiled"), "tiled")
        run("bake", "tiled/maps/island.tmx", "--force", "--out", str(DOCS / "tiled.png"))
        (DOCS / "tiled.bake.json").unlink()
        save_game(Path("ldtk"), "ldtk")
        run("bake", "ldtk/maps/coast.ldtk")
        pictures = [Image.open(f"ldtk/maps/coast.{name}.png").convert("RGB") for name in ("West", "East")]
        show_levels(pictures).save(DOCS / "ldtk.png")


def show_levels(levels: list[Image.Image]) -> Image.Image:
    """Return levels side by side, above with a gap between them and below without one."""
    width, height = sum(each.width for each in levels), levels[0].height
    sheet = Image.new("RGB", (width + GAP, 2 * height + GAP), "white")
    left = 0
    for index, each in enumerate(levels):
        sheet.paste(each, (left + index * GAP, 0))
        sheet.paste(each, (left + GAP // 2, height + GAP))
        left += each.width
    return sheet


def blocks(page: Page, language: str) -> list[str]:
    """Return the fenced blocks of a page in one language."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def save_game(folder: Path, page: Page) -> None:
    """Save the files of a page's first chapter."""
    (folder / "maps").mkdir(parents=True)
    (folder / "tilebake.toml").write_text(blocks(page, "toml")[0], encoding="utf-8")
    if page == "tiled":
        contents = zip(("ground.tsx", "island.tmx"), blocks(page, "xml"), strict=True)
    else:
        contents = zip(("coast.ldtk",), blocks(page, "json"), strict=True)
    for name, content in contents:
        (folder / "maps" / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
