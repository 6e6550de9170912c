"""A picture that may not be replaced is told before it is painted, and all other maps go on."""

import sys
from pathlib import Path

import pytest

from tests.helpers.game import game_in, until, view


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_read_only_picture_costs_no_painting(tmp_path: Path) -> None:
    game = game_in(tmp_path)
    game.save("forest", 1)
    game.save("river", 2)
    game.png("forest").parent.mkdir(parents=True, exist_ok=True)
    game.png("forest").write_bytes(b"of another hand")
    game.png("forest").chmod(0o444)
    with game.watched() as backend:
        until(lambda: view(backend, "forest").state == "failed")
        until(lambda: view(backend, "river").state == "up to date")
        diagnostic = view(backend, "forest").diagnostic
    assert diagnostic is not None
    assert "is read-only" in diagnostic.what
    assert game.begun() == [2]
