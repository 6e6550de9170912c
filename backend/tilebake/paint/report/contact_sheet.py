"""Draw contact sheets: labelled pictures side by side on one dark page."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from numpy.typing import NDArray

RGB = tuple[int, int, int]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

PAGE: Final[RGB] = (22, 24, 29)
FRAME: Final[RGB] = (58, 63, 74)
HEADING_INK: Final[RGB] = (244, 245, 247)
TITLE_INK: Final[RGB] = (226, 229, 235)
CAPTION_INK: Final[RGB] = (150, 157, 170)
CHECK_GREYS: Final = (104, 128)  # greys behind what is transparent

PAGE_MARGIN: Final = 28
GUTTER: Final = 20
LEADING: Final = 1.35  # line height / font size
HEADING_SIZE: Final = 26
TITLE_SIZE: Final = 16
CAPTION_SIZE: Final = 13
MOST_LINES: Final = 8  # of a title, or of a line of small print
SHEET_ASPECT: Final = 1.6  # width / height aimed at when the number of columns is free


@dataclass(frozen=True, eq=False)
class Panel:
    """Hold one picture of a sheet: its title, and any lines of small print beneath. Both are wrapped."""

    title: str
    image: "NDArray[np.uint8]"  # [height, width, 3 or 4]
    caption: str = ""


def contact_sheet(
    panels: Sequence[Panel], *, heading: str, columns: int | None = None, panel_size: int = 360
) -> "NDArray[np.uint8]":
    """Draw all panels in reading order under a heading: uint8 [height, width, 3].

    Each picture is brought to at most `panel_size` pixels along its longer side. Without `columns` the sheet
    comes out near 8:5.
    """
    pictures = [_fit(panel.image, panel_size) for panel in panels]
    cell_width = max(picture.width for picture in pictures)
    picture_height = max(picture.height for picture in pictures)
    labels = [_label(panel, cell_width) for panel in panels]
    cell_height = picture_height + 8 + max(label.height for label in labels)
    columns = min(columns or _columns(len(panels), cell_width / cell_height), len(panels))
    rows = math.ceil(len(panels) / columns)
    top = PAGE_MARGIN + _line(HEADING_SIZE) + GUTTER // 2
    page = Image.new(
        "RGB",
        (
            2 * PAGE_MARGIN + columns * (cell_width + GUTTER) - GUTTER,
            top + rows * (cell_height + GUTTER) - GUTTER + PAGE_MARGIN,
        ),
        PAGE,
    )
    draw = ImageDraw.Draw(page)
    _text(
        draw, (PAGE_MARGIN, PAGE_MARGIN - 6), heading, HEADING_SIZE, HEADING_INK, page.width - 2 * PAGE_MARGIN
    )
    for index, (label, picture) in enumerate(zip(labels, pictures, strict=True)):
        row, column = divmod(index, columns)
        x, y = PAGE_MARGIN + column * (cell_width + GUTTER), top + row * (cell_height + GUTTER)
        _frame(page, draw, picture, (x, y))
        label.draw(draw, (x, y + picture_height + 8))
    return np.asarray(page)


def cross(like: "NDArray[np.uint8]") -> "NDArray[np.uint8]":
    """Draw what stands in for a picture that could not be made: two lines across, of a picture's size."""
    height, width = like.shape[:2]
    picture = Image.new("RGB", (width, height), PAGE)
    draw = ImageDraw.Draw(picture)
    draw.line((0, 0, width - 1, height - 1), fill=FRAME)
    draw.line((0, height - 1, width - 1, 0), fill=FRAME)
    return np.asarray(picture)


def _fit(image: "NDArray[np.uint8]", longest: int) -> Image.Image:
    """Fit a picture: a small one grows by a whole number, so its pixels stay true; a large one shrinks."""
    picture = _on_checks(Image.fromarray(image))
    longer = max(picture.size)
    if longer <= longest:
        factor = longest // longer
        return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)
    shrunk = (max(1, round(side * longest / longer)) for side in picture.size)
    width, height = shrunk
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _on_checks(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    y, x = np.mgrid[: picture.height, : picture.width]
    checks = np.where((x // 8 + y // 8) % 2, CHECK_GREYS[0], CHECK_GREYS[1]).astype(np.uint8)
    ground = Image.fromarray(checks).convert("RGBA")
    return Image.alpha_composite(ground, picture).convert("RGB")


def _columns(count: int, cell_aspect: float) -> int:
    """Return the columns that bring `count` cells of that width / height nearest to the sheet's aspect."""

    def distance(columns: int) -> float:
        aspect = columns * cell_aspect / math.ceil(count / columns)
        return abs(math.log(aspect / SHEET_ASPECT))

    return min(range(1, count + 1), key=distance)


def _frame(
    page: Image.Image, draw: ImageDraw.ImageDraw, picture: Image.Image, corner: tuple[int, int]
) -> None:
    x, y = corner
    page.paste(picture, corner)
    draw.rectangle((x - 1, y - 1, x + picture.width, y + picture.height), outline=FRAME)


class _Label(NamedTuple):
    """Hold the lines beneath a picture, as wide as it at most."""

    title: tuple[str, ...]
    caption: tuple[str, ...]

    @property
    def height(self) -> int:
        return len(self.title) * _line(TITLE_SIZE) + len(self.caption) * _line(CAPTION_SIZE)

    def draw(self, draw: ImageDraw.ImageDraw, corner: tuple[int, int]) -> None:
        x, y = corner
        for lines, size, ink in (
            (self.title, TITLE_SIZE, TITLE_INK),
            (self.caption, CAPTION_SIZE, CAPTION_INK),
        ):
            for line in lines:
                draw.text((x, y), line, fill=ink, font=ImageFont.load_default(size))
                y += _line(size)


def _label(panel: Panel, width: int) -> _Label:
    title = wrap(panel.title, ImageFont.load_default(TITLE_SIZE), width)
    small = ImageFont.load_default(CAPTION_SIZE)
    caption = [part for line in panel.caption.splitlines() for part in wrap(line, small, width)]
    return _Label(title or ("",), tuple(caption))


def wrap(text: str, font: Font, width: int) -> tuple[str, ...]:
    """Break a text between words into lines of at most `width` pixels; MOST_LINES at most."""
    lines: list[str] = []
    for word in text.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(_shorten(word, font, width))
    if len(lines) > MOST_LINES:
        return (*lines[: MOST_LINES - 1], _shorten(f"{lines[MOST_LINES - 1]} ...", font, width))
    return tuple(lines)


def _text(
    draw: ImageDraw.ImageDraw, corner: tuple[int, int], text: str, size: int, ink: RGB, width: int
) -> None:
    font = ImageFont.load_default(size)
    draw.text(corner, _shorten(text, font, width), fill=ink, font=font)


def _shorten(text: str, font: Font, width: int) -> str:
    """Return the text, or as much of it as fits `width` pixels with an ellipsis."""
    if font.getlength(text) <= width:
        return text
    end = len(text)
    while end and font.getlength(text[:end].rstrip() + "...") > width:
        end -= 1
    return text[:end].rstrip() + "..."


def _line(size: int) -> int:
    return round(size * LEADING)
