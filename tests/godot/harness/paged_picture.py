"""Cut a picture into pages, as tilebake publishes large ones."""

import hashlib
import json
from io import BytesIO
from pathlib import Path

from PIL import Image


def cut(picture: Path, side: int) -> list[Path]:
    """Put pages of so many pixels a side, and a record that lists them, in a picture's place. Return them."""
    folder, record = picture.with_suffix(".pages"), picture.with_suffix(".bake.json")
    folder.mkdir(exist_ok=True)
    (folder / ".gdignore").touch()
    files: list[dict[str, int | str]] = []
    with Image.open(picture) as image:
        width, height = image.size
        for y in range(0, height, side):
            for x in range(0, width, side):
                right, bottom = min(x + side, width), min(y + side, height)
                name = _write(folder, image.crop((x, y, right, bottom)))
                files.append({"file": name, "x": x, "y": y, "width": right - x, "height": bottom - y})
    held = json.loads(record.read_text(encoding="utf-8"))
    pages = {"width": width, "height": height, "files": files}
    record.write_text(json.dumps({**held, "pages": pages}), encoding="utf-8")
    picture.unlink()
    return [folder / str(page["file"]) for page in files]


def _write(folder: Path, page: Image.Image) -> str:
    """Write a page under a name that tells its content. Return the name."""
    buffer = BytesIO()
    page.save(buffer, "png")
    name = f"{hashlib.sha256(buffer.getvalue()).hexdigest()[:16]}.png"
    (folder / name).write_bytes(buffer.getvalue())
    return name
