"""Textures on disk: a PNG and its record, NAME.bake.json, each always the complete old or the complete new.

Files are written and synced in a staging folder beside their place, then renamed into it. Godot passes the
staging folder over (a dot in its name, `.gdignore` in it), so that the editor never imports half a picture.
A kill between the two renames leaves a record that does not fit its picture: that texture is stale.
"""

import errno
import hashlib
import io
import json
import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tilebake import __version__
from tilebake.errors import BakeError, Place
from tilebake.request import BakeRequest, Texture, pixel_hash

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RECORD_SUFFIX: Final = ".bake.json"
RECORD_LIMIT: Final = 1 << 20  # bytes; ours have about a thousand
STAGE_PREFIX: Final = ".tilebake-"
STRAY_AGE: Final = 3600.0  # seconds; publishing takes one


def record_path(png: Path) -> Path:
    """Where the record of a texture stands: `maps/forest.png` has `maps/forest.bake.json`."""
    return png.with_name(png.stem + RECORD_SUFFIX)


def publish(texture: Texture, request: BakeRequest, png: Path) -> bool:
    """Put a texture and its record in their place; True if the PNG was written, False if its pixels stay.

    Raises BakeError when the disk is full, read-only or otherwise refuses; what stood there stays.
    """
    untouched = _holds(png, texture)
    content = png.read_bytes() if untouched else png_bytes(texture.image)
    record = _record(texture, request, png_hash=hashlib.sha256(content).hexdigest())
    files = {record_path(png).name: json.dumps(record, indent=2, allow_nan=False).encode("ascii") + b"\n"}
    write_files(png.parent, files if untouched else {png.name: content, **files})
    return not untouched


def stale_reason(png: Path, digest: str) -> str | None:
    """Why the texture at `png` is not what a request of this digest gives, or None if it is."""
    if not png.is_file():
        return "not baked yet"
    if not record_path(png).is_file():
        return f"{record_path(png).name} is missing"
    record = _read_record(record_path(png))
    if record is None:
        return f"{record_path(png).name} cannot be read"
    if record.get("digest") != digest:
        return "the map, its settings or the model changed"
    if record.get("png_hash") != _file_hash(png):
        return "the picture is not the one that was baked"
    return None


def png_bytes(image: "NDArray[np.uint8]") -> bytes:
    """An image [height, width, 3 or 4] as a PNG file."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PNG")
    return buffer.getvalue()


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files of a folder, by name: all are complete on disk before the first takes its place.

    Raises BakeError naming the first of them.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        stage = Path(tempfile.mkdtemp(prefix=STAGE_PREFIX, dir=folder))
        try:
            (stage / ".gdignore").touch()
            for name, content in files.items():
                _write_through(stage / name, content)
            for name in files:
                (stage / name).replace(folder / name)
            _sync_folder(folder)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    except OSError as error:
        raise _disk_error(error, folder / next(iter(files))) from error


def _record(texture: Texture, request: BakeRequest, *, png_hash: str) -> dict[str, object]:
    height, width = texture.image.shape[:2]
    record: dict[str, object] = {
        "tilebake": __version__,
        "digest": texture.digest,
        "model": {
            "reference": request.model,
            "digest": request.model_digest,
            "loras": [
                {"name": Path(lora.path).name, "weight": lora.weight, "digest": digest}
                for lora, digest in request.loras
            ],
        },
        "seed": request.seed,
        "settings": request.settings.model_dump(mode="json"),
        "bounds": request.tilemap.bounds._asdict(),
        "size": [width, height],
        "timings": {stage: round(seconds, 3) for stage, seconds in texture.timings.items()},
        "pixel_hash": texture.pixel_hash,
        "png_hash": png_hash,
        "environment": dict(texture.environment),
    }
    return {**record, "degraded": list(texture.degraded)} if texture.degraded else record


def _read_record(path: Path) -> Mapping[str, object] | None:
    try:
        if path.stat().st_size > RECORD_LIMIT:
            return None
        record: object = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):  # a record that another hand damaged is no record
        return None
    return record if isinstance(record, dict) else None


def _file_hash(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def _holds(png: Path, texture: Texture) -> bool:
    """True if the PNG at this path already shows these pixels."""
    import numpy as np
    from PIL import Image

    height, width, channels = texture.image.shape
    mode = "RGBA" if channels == 4 else "RGB"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(png, formats=["PNG"]) as picture:
                if (picture.size, picture.mode) != ((width, height), mode):
                    return False
                return pixel_hash(np.asarray(picture)) == texture.pixel_hash
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return False  # no PNG, or a broken one: Pillow tells those by any of these


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):  # Windows, where a rename needs no help to last
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(folder: Path) -> None:
    """Remove what a killed process left behind, and leave what another is just writing."""
    for stray in folder.glob(f"{STAGE_PREFIX}*"):
        if _age(stray) > STRAY_AGE:
            shutil.rmtree(stray, ignore_errors=True)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # its owner took it away meanwhile
        return 0.0


MENDS: Final[Iterable[tuple[frozenset[int], str, str]]] = (
    (frozenset({errno.ENOSPC, errno.EDQUOT}), "the disk is full", "free some space and bake again"),
    (
        frozenset({errno.EROFS, errno.EACCES, errno.EPERM}),
        "the folder cannot be written to",
        "make it writable, or choose another with --out",
    ),
    (
        frozenset({errno.EEXIST, errno.ENOTDIR, errno.EISDIR}),
        "a file and a folder are in each other's place",
        "move it away, or choose another place with --out",
    ),
)


def _disk_error(error: OSError, path: Path) -> BakeError:
    for codes, what, mend in MENDS:
        if error.errno in codes:
            return BakeError(what, place=Place(file=path), mend=mend)
    reason = error.strerror or type(error).__name__
    return BakeError(f"cannot be written: {reason}", place=Place(file=path), mend="choose another with --out")
