"""The journal: what was written is there after a kill, and a damaged file stops nothing."""

import random
import sqlite3
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tilebake.errors import BakeError, Diagnostic, Location
from tilebake.serve.jobs.journal import Journal, Priority, Row

KILLS = 5
MANY_KILLS = 300
ROW = Row(1, "maps/forest.json", "d" * 64, Priority.EDITED, "waiting", submitted=1.5)
FULL = Row(
    id=2,
    map_id="maps/Wüste \N{DESERT}.json",
    digest="e" * 64,
    priority=Priority.STALE,
    state="set aside",
    submitted=2.25,
    ended=3.5,
    attempts=2,
    degraded=("decoded in tiles", "painted on the CPU"),
    diagnostic=Diagnostic("it died", Location.parse("a.json:1:2"), "try again"),
    result="f" * 64,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "jobs.sqlite"


@pytest.fixture
def journal(path: Path) -> Generator[Journal]:
    journal = Journal(path)
    yield journal
    journal.close()


def reopened(path: Path) -> tuple[tuple[Row, ...], str]:
    """The rows of a journal, and what it says of itself."""
    with closing(Journal(path)) as journal:
        return journal.rows(), journal.notice


def test_a_new_journal_is_empty(journal: Journal) -> None:
    assert journal.rows() == ()
    assert journal.notice == ""


def test_rows_come_back_as_they_were(journal: Journal, path: Path) -> None:
    journal.write([FULL, ROW])
    journal.close()
    assert reopened(path) == ((ROW, FULL), "")


def test_a_row_is_written_over_and_forgotten(journal: Journal, path: Path) -> None:
    journal.write([ROW, FULL])
    journal.write([replace(ROW, state="running")], forgotten=[FULL.id])
    journal.close()
    assert reopened(path)[0] == (replace(ROW, state="running"),)


def test_every_write_is_synced(journal: Journal, path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        assert list(other.execute("PRAGMA journal_mode")) == [("wal",)]
    assert list(journal._database.execute("PRAGMA synchronous")) == [(2,)]  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(
    "content",
    [b"this is no database", b"\0" * 8192, b"SQLite format 3\0" + b"\xff" * 8000],
    ids=["text", "zeros", "header"],
)
def test_a_file_that_is_no_database_is_set_aside(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    rows, notice = reopened(path)
    assert rows == ()
    assert "set aside as jobs.sqlite.damaged" in notice
    assert path.with_name("jobs.sqlite.damaged").read_bytes() == content
    assert reopened(path) == ((), "")


@pytest.mark.parametrize("keep", [100, 4096, 5000, -1])
def test_a_journal_cut_short_is_set_aside_or_whole(journal: Journal, path: Path, keep: int) -> None:
    journal.write(replace(ROW, id=number) for number in range(1, 500))
    journal.close()
    path.write_bytes(path.read_bytes()[:keep])
    rows, notice = reopened(path)
    assert rows == ()
    assert "damaged" in notice


def test_flipped_bytes_never_stop_it(journal: Journal, path: Path) -> None:
    journal.write([replace(ROW, id=number) for number in range(1, 200)])
    journal.close()
    content, chance = path.read_bytes(), random.Random(0)
    for _ in range(40):
        broken = bytearray(content)
        for _ in range(20):
            broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        path.write_bytes(broken)
        reopened(path)
        assert reopened(path)[1] == "", "what was mended stays so"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE jobs SET state = 'asleep'",
        "UPDATE jobs SET priority = 9",
        "UPDATE jobs SET degraded = '['",
        "UPDATE jobs SET mistake = '{\"who\": 1}'",
    ],
)
def test_a_row_by_another_hand_is_damage(journal: Journal, path: Path, change: str) -> None:
    journal.write([ROW])
    journal.close()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(change)
    assert "is damaged" in reopened(path)[1]


def test_a_journal_of_another_version_is_set_aside(journal: Journal, path: Path) -> None:
    journal.close()
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 99")
    assert "another version" in reopened(path)[1]
    assert reopened(path)[1] == ""


def test_what_the_disk_refuses_names_the_file(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BakeError, match="cannot be kept") as caught:
        Journal(tmp_path / "file" / "jobs.sqlite")
    assert caught.value.where.file == tmp_path / "file" / "jobs.sqlite"
    journal.close()
    with pytest.raises(BakeError, match="cannot be kept"):
        journal.write([ROW])


def test_a_full_disk_is_an_error_and_leaves_the_journal_as_it_was(journal: Journal, path: Path) -> None:
    journal.write([ROW])
    database = journal._database  # pyright: ignore[reportPrivateUsage]
    database.execute("PRAGMA max_page_count = 3")  # SQLite's own way to say that there is no more room
    with pytest.raises(BakeError, match="full"):
        journal.write([replace(ROW, id=number) for number in range(1, 1000)])
    journal.close()
    assert reopened(path) == ((ROW,), "")


WRITER = """
import itertools, sys
from pathlib import Path
from tilebake.serve.jobs.journal import Journal, Priority, Row
journal = Journal(Path(sys.argv[1]))
first = max((row.id for row in journal.rows()), default=0) + 1
for number in itertools.count(first):
    for state in ("waiting", "running"):
        journal.write([Row(number, "a.json", "d", Priority.ASKED, state, submitted=0.0)])
        print(number, state, flush=True)
"""


def kill_while_writing(path: Path, kills: int) -> None:
    """A process writes rows and says so; after each kill all that it said is there."""
    chance = random.Random(1)
    for _ in range(kills):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        said = [writer.stdout.readline().split() for _ in range(chance.randrange(1, 30))]
        writer.kill()
        said += [line.split() for line in writer.stdout.read().splitlines()]
        writer.wait()
        writer.stdout.close()
        rows, notice = reopened(path)
        assert notice == ""
        assert [row.id for row in rows] == list(range(1, len(rows) + 1))
        for number, state in said:
            assert rows[int(number) - 1].state in ("running", state)


def test_what_was_written_survives_a_kill(path: Path) -> None:
    kill_while_writing(path, KILLS)


@pytest.mark.long
def test_what_was_written_survives_many_kills(path: Path) -> None:
    kill_while_writing(path, MANY_KILLS)
