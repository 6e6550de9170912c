"""Join the progress images of pages to one of the whole picture, which an editor lays over its map."""

import io
from typing import TYPE_CHECKING, Final

from tilebake.level.map.grid import Bounds
from tilebake.request import Baker, BakeRequest, OnStep
from tilebake.serve.files.png import QUICK
from tilebake.texture import Texture

if TYPE_CHECKING:
    from PIL import Image

IMAGE_SIDE: Final = 512  # pixels, as of a large map that is painted in one go


class PageImages:
    """Hold a small image of a picture, transparent where none of its pages was put in."""

    def __init__(self, whole: Bounds) -> None:
        """Begin with nothing; `whole` is what the picture shows, in map pixels."""
        from PIL import Image

        self._whole = whole
        self._scale = IMAGE_SIDE / max(whole.width, whole.height)
        sides = (max(1, round(side * self._scale)) for side in (whole.width, whole.height))
        width, height = sides
        self._image = Image.new("RGBA", (width, height))

    def put_textures_of(self, baker: Baker) -> Baker:
        """Return a baker whose textures, each a page that is finished, are put in."""
        from PIL import Image

        def bake(request: BakeRequest, on_step: OnStep) -> Texture:
            texture = baker(request, on_step)
            self._put(Image.fromarray(texture.image), request.shown)
            return texture

        return bake

    def with_progress(self, png: bytes, page: Bounds) -> bytes:
        """Put in the progress image of a page, and return the image of all as a PNG."""
        from PIL import Image

        with Image.open(io.BytesIO(png)) as image:
            self._put(image, page)
        buffer = io.BytesIO()
        self._image.save(buffer, format="PNG", compress_level=QUICK)
        return buffer.getvalue()

    def _put(self, image: "Image.Image", page: Bounds) -> None:
        left, top = (page.x - self._whole.x) * self._scale, (page.y - self._whole.y) * self._scale
        right, bottom = left + page.width * self._scale, top + page.height * self._scale
        at = round(left), round(top)
        size = max(1, round(right) - at[0]), max(1, round(bottom) - at[1])
        self._image.paste(image.convert("RGBA").resize(size, reducing_gap=2.0), at)
