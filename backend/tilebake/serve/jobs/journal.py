"""The journal of jobs: one row a job in SQLite, so that after a kill anywhere the queue goes on where it was.

The truth is in the files: a map that is stale is found to be so again. A journal that is damaged, or of
another version, is therefore set aside and begun anew.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final, cast, get_args

from tilebake.errors import BakeError, Diagnostic, Location
from tilebake.serve.jobs.status import JobState, MapId

VERSION: Final = 1  # of the table; goes up with it
BUSY: Final = 5.0  # seconds to wait for another process that has the file open, such as a backup
ELSEWHERE: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)  # what SQLite says when the trouble is not in the file
SIBLINGS: Final = ("", "-wal", "-shm")  # the files of one database
STATES: Final[tuple[JobState, ...]] = get_args(JobState)

CREATE: Final = """
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    map_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    priority INTEGER NOT NULL,
    state TEXT NOT NULL,
    submitted REAL NOT NULL,
    ended REAL,
    attempts INTEGER NOT NULL,
    degraded TEXT NOT NULL,
    mistake TEXT,
    result TEXT NOT NULL
)
"""
WRITE: Final = "INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Priority(IntEnum):
    """What is baked first."""

    EDITED = 0
    ASKED = 1
    STALE = 2


@dataclass(frozen=True)
class Row:
    """All that is kept of a job. Times are seconds since the epoch."""

    id: int
    map_id: MapId
    digest: str  # the request's
    priority: Priority
    state: JobState
    submitted: float
    ended: float | None = None
    attempts: int = 0
    degraded: tuple[str, ...] = ()
    diagnostic: Diagnostic | None = None
    result: str = ""  # the digest under which the cache has the texture


class Journal:
    """The table of jobs in a file. Every write is on disk when it returns. Not for two threads at once.

    Raises BakeError when the file cannot be read or written for another reason than being damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notice = ""  # for people: what happened to the journal that was there
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database, self._found = self._opened()
        except (OSError, sqlite3.Error) as error:
            raise self._refused(error) from error

    def rows(self) -> tuple[Row, ...]:
        """The jobs that were found on opening, the oldest first."""
        return self._found

    def write(self, rows: Iterable[Row], forgotten: Iterable[int] = ()) -> None:
        """Keep these rows, and drop those with the `forgotten` ids: all of it or nothing."""
        try:
            with self._database:
                self._database.executemany(WRITE, [_values(row) for row in rows])
                self._database.executemany("DELETE FROM jobs WHERE id = ?", [(each,) for each in forgotten])
        except sqlite3.Error as error:
            raise self._refused(error) from error

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _opened(self) -> tuple[sqlite3.Connection, tuple[Row, ...]]:
        try:
            return _open(self.path)
        except _UnusableError as unusable:
            aside = _set_aside(self.path)
            self.notice = f"the journal of jobs {unusable}: set aside as {aside.name}, and begun anew"
        return _open(self.path)

    def _refused(self, error: OSError | sqlite3.Error) -> BakeError:
        what = f"the journal of jobs cannot be kept: {error}"
        return BakeError(
            what, where=Location(self.path), hint="free some space, and make its folder writable"
        )


class _UnusableError(Exception):
    """There is a journal, but not one that can be gone on with."""


def _open(path: Path) -> tuple[sqlite3.Connection, tuple[Row, ...]]:
    """The database and its rows. Raises _UnusableError, and sqlite3.Error when it is not the file's fault."""
    database = sqlite3.connect(path, timeout=BUSY, check_same_thread=False)
    try:
        return database, _prepare(database)
    except sqlite3.DatabaseError as error:
        database.close()
        if _is_elsewhere(error):
            raise
        raise _UnusableError("is damaged") from error
    except _UnusableError:
        database.close()
        raise


def _prepare(database: sqlite3.Connection) -> tuple[Row, ...]:
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    ((version,),) = database.execute("PRAGMA user_version")
    if version == 0 and not list(database.execute("SELECT 1 FROM sqlite_master LIMIT 1")):
        with database:
            database.execute("BEGIN")
            database.execute(CREATE)
            database.execute(f"PRAGMA user_version = {VERSION}")
        return ()
    if version != VERSION:
        raise _UnusableError("is of another version of tilebake")
    if list(database.execute("PRAGMA quick_check(1)")) != [("ok",)]:
        raise _UnusableError("is damaged")
    with closing(database.execute("SELECT * FROM jobs ORDER BY id")) as found:
        return tuple(_row(values) for values in found)


def _is_elsewhere(error: sqlite3.Error) -> bool:
    """Whether the file cannot be had just now, rather than being no good."""
    code: int | None = getattr(error, "sqlite_errorcode", None)  # none where text in it is not UTF-8
    return code is not None and code & 0xFF in ELSEWHERE


def _set_aside(path: Path) -> Path:
    """One damaged journal is kept, for whoever wants to know: the latest."""
    aside = path.with_name(f"{path.name}.damaged")
    for ending in SIBLINGS:
        part = path.with_name(path.name + ending)
        if part.exists():
            part.replace(aside.with_name(aside.name + ending))
    return aside


def _values(row: Row) -> tuple[object, ...]:
    return (
        row.id,
        row.map_id,
        row.digest,
        int(row.priority),
        row.state,
        row.submitted,
        row.ended,
        row.attempts,
        json.dumps(row.degraded),
        None if row.diagnostic is None else json.dumps(row.diagnostic.as_json()),
        row.result,
    )


def _row(values: Sequence[object]) -> Row:
    """A row as it was written. Raises _UnusableError where another hand wrote it."""
    try:
        number, map_id, digest, priority, state, submitted, ended, attempts, degraded, mistake, result = (
            values
        )
        if state not in STATES:
            raise ValueError(state)
        return Row(
            id=cast("int", number),
            map_id=cast("str", map_id),
            digest=cast("str", digest),
            priority=Priority(cast("int", priority)),
            state=state,
            submitted=cast("float", submitted),
            ended=cast("float | None", ended),
            attempts=cast("int", attempts),
            degraded=tuple(json.loads(cast("str", degraded))),
            diagnostic=None if mistake is None else _diagnostic(cast("str", mistake)),
            result=cast("str", result),
        )
    except (ValueError, TypeError, LookupError) as error:
        raise _UnusableError("is damaged") from error


def _diagnostic(text: str) -> Diagnostic:
    """Parse a diagnostic. Raises ValueError, TypeError or LookupError."""
    fields = json.loads(text)
    return Diagnostic(fields["what"], Location.parse(fields["where"]), fields["hint"] or None)
