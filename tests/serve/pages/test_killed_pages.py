"""Whenever a bake is killed, the old picture or the new one is there, whole; and so is what a reader sees."""

import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.page_kills import LEVEL, ROUND, publish_one
from tests.helpers.page_painter import paint, request_for, with_sand
from tests.helpers.paged_picture import bake, files, join
from tests.helpers.patience import PATIENCE
from tilebake.serve.bake.publish import is_recorded_picture
from tilebake.serve.owners.ownership import read_record
from tilebake.serve.pages.manifest import IGNORED, read_manifest
from tilebake.texture import pixel_hash

PUBLISHER = (sys.executable, "-m", "tests.helpers.page_kills")


@pytest.mark.parametrize("kills", [2, pytest.param(100, marks=pytest.mark.long)])
def test_a_kill_leaves_the_old_picture_or_the_new_one(tmp_path: Path, kills: int) -> None:
    dice, png = random.Random(7), tmp_path / "textures" / "world.png"
    pictures = {request.digest(): paint(request).image for request in ROUND}
    publish_one(ROUND[-1], png)
    for _ in range(kills):
        with subprocess.Popen((*PUBLISHER, str(png), "100000"), stdout=subprocess.PIPE) as publisher:
            assert publisher.stdout is not None
            publisher.stdout.readline()
            time.sleep(dice.uniform(0, 0.5))
            publisher.kill()
        record = read_record(png)
        assert record is not None
        assert is_recorded_picture(png, record)
        if "pages" in record:
            np.testing.assert_array_equal(join(png), pictures[str(record["digest"])])
    for request in (*ROUND[:3], *ROUND[:3]):
        publish_one(request, png)
    assert not png.exists()
    names = [read_manifest(read_record(png), key) for key in ("pages", "previous")]
    assert files(png) == {IGNORED, *(name for each in names if each is not None for name in each.names)}
    publish_one(ROUND[-1], png)
    assert {path.name for path in png.parent.iterdir()} == {"world.png", "world.bake.json"}


def test_a_reader_never_sees_pages_of_two_pictures_nor_misses_one(tmp_path: Path) -> None:
    png = tmp_path / "textures" / "world.png"
    requests = [request_for(with_sand(LEVEL, 4, row)) for row in range(8)]
    bake(png, requests[0])
    seen: set[str] = set()
    turn, is_over = threading.Semaphore(0), threading.Event()

    def read() -> None:
        while not is_over.is_set():
            seen.add(pixel_hash(join(png)))  # raises for a page that is gone
            turn.release()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for request in requests:
            bake(png, request)
            assert turn.acquire(timeout=PATIENCE)  # at most one picture is published while one is read
            while turn.acquire(blocking=False):
                pass
    finally:
        is_over.set()
        reader.join()
    assert seen <= {paint(request).pixel_hash for request in requests}
    assert len(seen) > 1
