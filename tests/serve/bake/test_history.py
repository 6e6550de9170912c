"""What is remembered of a map's earlier pictures, for `tilebake view`."""

import json
from pathlib import Path

import pytest

from tilebake.serve.bake.history import History, Trial, read_history, remember_trials, remembering_picture

ONE, TWO = "1" * 64, "2" * 64


@pytest.fixture
def level(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TILEBAKE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "level.json"


def publish(level: Path, digest: str) -> Path:
    png = level.with_suffix(".png")
    with remembering_picture(level, png):
        record = {"result_digest": digest, "pixel_hash": digest}
        png.with_name("level.bake.json").write_text(json.dumps(record), encoding="utf-8")
    return png


def test_the_picture_before_is_remembered(level: Path) -> None:
    publish(level, ONE)
    assert read_history(level) == History()
    publish(level, TWO)
    assert read_history(level).before == ONE
    publish(level, TWO)
    assert read_history(level).before == ONE


def test_trials_and_the_picture_before_live_side_by_side(level: Path) -> None:
    trials = (Trial(title="seed 1", digest=ONE), Trial(title="seed 2", digest=TWO))
    remember_trials(level, trials)
    publish(level, ONE)
    publish(level, TWO)
    assert read_history(level) == History(before=ONE, trials=trials)
    other = level.with_name("other.json")
    assert read_history(other) == History()


@pytest.mark.parametrize("damage", [b"", b"{", b'{"before": "../../etc/passwd"}', b"[]", b"\xff" * 20])
def test_what_is_damaged_is_nothing(level: Path, damage: bytes) -> None:
    remember_trials(level, ())
    (file,) = (level.parent / "cache" / "history").iterdir()
    file.write_bytes(damage)
    assert read_history(level) == History()


def test_a_cache_that_cannot_be_written_fails_no_bake(level: Path) -> None:
    (level.parent / "cache").write_text("a file in the folder's place", encoding="utf-8")
    publish(level, ONE)
    publish(level, TWO)
    assert read_history(level) == History()


def test_a_damaged_record_fails_no_bake(level: Path) -> None:
    publish(level, "no digest")
    publish(level, TWO)
    assert read_history(level) == History()
