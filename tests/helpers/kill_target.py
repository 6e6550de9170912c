"""A process that paints and publishes, for tests to kill and to inject faults into; no test itself.

    python -m tests.helpers.kill_target forever PROJECT
        round after round, over a few maps, until it is killed
    python -m tests.helpers.kill_target finish PROJECT
        the round at hand, and then one more
    python -m tests.helpers.kill_target children PROJECT
        for each line "PROJECT SEED" on stdin, a child that stops itself, and publishes one texture once it is
        let go on (Linux only)

PROJECT/log says what was begun and finished: "render DIGEST", "kept DIGEST", "round NUMBER".
"""

import ctypes
import json
import os
import signal
import sys
from itertools import count, islice
from pathlib import Path

import numpy as np

from tilebake.errors import BakeError
from tilebake.level.settings import BakeSettings
from tilebake.level.tilemap import parse_map
from tilebake.request import BakeRequest, OnStep, Step
from tilebake.serve.bake.publish import publish, stale_reason
from tilebake.serve.bake.texture_cache import Cache, cached
from tilebake.serve.files.png import png_pixels
from tilebake.texture import Texture, pixel_hash

MAPS = 5
REFUSED = 10  # a child's exit code for an error that names the picture
ANYONE_MAY_TRACE = (0x59616D61, -1, 0, 0, 0)  # PR_SET_PTRACER, PR_SET_PTRACER_ANY: not only a parent
TILEMAP = parse_map(
    json.dumps({"tilebake": 1, "terrains": {"grass": "grass"}, "legend": {"g": "grass"}, "rows": ["gg"]})
)


def request_of(seed: int) -> BakeRequest:
    return BakeRequest(TILEMAP, BakeSettings(), "embedded", "model digest", seed)


def texture_of(seed: int) -> Texture:
    """Noise that tells its seed in its first pixels."""
    image = np.random.default_rng(seed).integers(0, 256, (48, 48, 3), dtype=np.uint8)
    image[0, :2] = np.frombuffer(seed.to_bytes(6, "big"), dtype=np.uint8).reshape(2, 3)
    return Texture(image, request_of(seed).digest(), pixel_hash(image))


def seed_of(png: Path) -> int:
    """The seed of a picture that the publisher made, all of whose pixels are right."""
    image = png_pixels(png.read_bytes())
    seed = int.from_bytes(image[0, :2].tobytes(), "big")
    expected = np.random.default_rng(seed).integers(0, 256, image.shape, dtype=np.uint8)
    expected[0, :2] = image[0, :2]
    np.testing.assert_array_equal(image, expected)
    return seed


class Publisher:
    """Paints the maps of a project as a watch does, and logs."""

    def __init__(self, project: Path) -> None:
        self._project = project
        self._log = os.open(project / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._baker = cached(self._render, Cache(project / "cache", limit=2_000_000))

    def rounds(self, numbers: "count[int]", most: int | None) -> None:
        for number in islice(numbers, most):
            for index in range(MAPS):
                self._bake(number * MAPS + index, self._project / "maps" / f"{index}.png")
            self._note(f"round {number}")

    def _bake(self, seed: int, png: Path) -> None:
        request = request_of(seed)
        if stale_reason(png, request.digest()):
            texture = self._baker(request, ignore)
            self._note(f"kept {request.digest()}")
            publish(texture, request, png, self._project)

    def _render(self, request: BakeRequest, on_step: OnStep) -> Texture:
        self._note(f"render {request.digest()}")
        on_step(Step(1, 1))
        return texture_of(request.seed)

    def _note(self, text: str) -> None:
        os.write(self._log, f"{text}\n".encode("ascii"))


def ignore(_step: Step) -> None:
    return


def next_round(project: Path) -> int:
    """The round after the last that the log says was finished."""
    log = project / "log"
    lines = log.read_text(encoding="ascii").splitlines() if log.exists() else []
    return 1 + max((int(line.split()[1]) for line in lines if line.startswith("round ")), default=0)


def child(project: Path, seed: int) -> int:
    """Publish one texture once somebody lets this process go on; the exit code."""
    texture, request, png = texture_of(seed), request_of(seed), project / "maps" / "forest.png"
    ctypes.CDLL(None).prctl(*ANYONE_MAY_TRACE)
    os.kill(os.getpid(), signal.SIGSTOP)
    try:
        publish(texture, request, png, project)
    except BakeError as error:
        return REFUSED if error.where.file == png else 1
    return 0


def children(project: Path) -> int:
    """All imports are done in a rehearsal, so that a child makes no system calls but those of publishing."""
    publish(texture_of(0), request_of(0), project / "rehearsal" / "forest.png", project)
    for line in sys.stdin:
        folder, seed = line.rsplit(maxsplit=1)
        process = os.fork()
        if not process:
            os._exit(child(Path(folder), int(seed)))
        print(process, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)
    return 0


def main(verb: str, project: Path) -> int:
    if verb == "children":
        return children(project)
    publisher, numbers = Publisher(project), count(next_round(project))
    print("ready", flush=True)
    publisher.rounds(numbers, 2 if verb == "finish" else None)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
