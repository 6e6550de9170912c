"""Keep the queue in SQLite, one row a job, so that it goes on where it was after a kill at any moment.

The truth is in the files: a map that is stale is found to be so again. A journal that is damaged, or of
another version, is therefore set aside and begun anew.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, TypeAdapter, ValidationError

from tilebake.errors import BakeError, Diagnostic, Location
from tilebake.private_folder import private_folder
from tilebake.serve.jobs.status import JobState, MapId

_VERSION: Final = 1  # of the table; goes up with it
LIVE: Final = ("waiting", "running")  # states of a job that is not over
BUSY_SECONDS: Final = 5.0  # to wait for another process that has the file open, such as a backup
NOT_THE_FILE: Final = frozenset(
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
IN_MEMORY: Final = Path(":memory:")  # SQLite's word for a database without a file
SIBLINGS: Final = ("", "-wal", "-shm")  # the files of one database

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
WRITE: Final = """
INSERT OR REPLACE INTO jobs (
    id, map_id, digest, priority, state, submitted, ended, attempts, degraded, mistake, result
) VALUES (
    :id, :map_id, :digest, :priority, :state, :submitted, :ended, :attempts, :degraded, :diagnostic, :result
)
"""
READ: Final = "SELECT *, mistake AS diagnostic FROM jobs ORDER BY id"  # the column keeps its first name


class Priority(IntEnum):
    """Say what is baked first."""

    EDITED = 0
    ASKED = 1
    STALE = 2


def _read_diagnostic(text: Any) -> Diagnostic | None:
    """Read a diagnostic from its JSON. Raises ValueError."""
    if text is None:
        return None
    try:
        what, where, hint = (str(json.loads(text)[key]) for key in ("what", "where", "hint"))
    except (TypeError, LookupError) as error:
        raise ValueError("no diagnostic") from error
    return Diagnostic(what, Location.parse(where), hint or None)


@dataclass(frozen=True, slots=True)  # a thousand are kept
class Row:
    """Hold all that is kept of a job. Times are seconds since the epoch."""

    id: int
    map_id: MapId
    digest: str  # the request's
    priority: Priority
    state: JobState
    submitted: float
    ended: float | None = None
    attempts: int = 0
    degraded: Annotated[tuple[str, ...], BeforeValidator(json.loads)] = ()
    diagnostic: Annotated[Diagnostic | None, BeforeValidator(_read_diagnostic)] = None
    result: str = ""  # the digest under which the cache has the texture


_ROW: Final = TypeAdapter(Row)
COLUMNS: Final = tuple(each.name for each in fields(Row))


class Journal:
    """Keep the table of jobs in a file. Every write is on disk when it returns. Not for two threads at once.

    Raises BakeError when the file cannot be read or written for another reason than being damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notice = ""  # for people: what happened to the journal that was there
        try:
            if path != IN_MEMORY:
                private_folder(path.parent)
                path.touch(mode=0o600)
            self._database, self._found = self._open_or_set_aside()
        except (OSError, sqlite3.Error) as error:
            raise self._error(error) from error

    def rows(self) -> tuple[Row, ...]:
        """Return the jobs that were found on opening, the oldest first."""
        return self._found

    def write(self, rows: Iterable[Row], forgotten: Iterable[int] = ()) -> None:
        """Write these rows, and delete those with the `forgotten` ids: all of it or nothing."""
        try:
            with self._database:
                self._database.executemany(WRITE, [_columns(row) for row in rows])
                self._database.executemany("DELETE FROM jobs WHERE id = ?", [(each,) for each in forgotten])
        except (sqlite3.Error, ValueError, OverflowError) as error:  # the others: what no column can hold
            raise self._error(error) from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _open_or_set_aside(self) -> tuple[sqlite3.Connection, tuple[Row, ...]]:
        try:
            return _open(self.path)
        except _UnusableError as unusable:
            aside = _set_aside(self.path)
            self.notice = f"the journal of jobs {unusable}: set aside as {aside.name}, and begun anew"
        return _open(self.path)

    def _error(self, error: Exception) -> BakeError:
        what = f"the journal of jobs cannot be kept: {error}"
        return BakeError(
            what, where=Location(self.path), hint="free some space, and make its folder writable"
        )


class _UnusableError(Exception):
    """Report that there is a journal, but an unusable one."""


def _open(path: Path) -> tuple[sqlite3.Connection, tuple[Row, ...]]:
    """Open a journal and read it. Raises _UnusableError, and sqlite3.Error where the file is not to blame."""
    database = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        return database, _prepare(database)
    except sqlite3.DatabaseError as error:
        database.close()
        if _is_out_of_reach(error):
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
            database.execute(f"PRAGMA user_version = {_VERSION}")
        return ()
    if version != _VERSION:
        raise _UnusableError("is of another version of tilebake")
    if list(database.execute("PRAGMA quick_check(1)")) != [("ok",)]:
        raise _UnusableError("is damaged")
    with closing(database.execute(READ)) as found:
        names = [name for name, *_ in found.description]
        return tuple(_row(dict(zip(names, values, strict=True))) for values in found)


def _is_out_of_reach(error: sqlite3.Error) -> bool:
    """Tell whether the file is out of reach just now, rather than damaged."""
    code: int | None = getattr(error, "sqlite_errorcode", None)  # none where text in it is not UTF-8
    return code is not None and code & 0xFF in NOT_THE_FILE


def _set_aside(path: Path) -> Path:
    """Rename a damaged journal; only the latest one is kept."""
    aside = path.with_name(f"{path.name}.damaged")
    for ending in SIBLINGS:
        part = path.with_name(path.name + ending)
        if part.exists():
            part.replace(aside.with_name(aside.name + ending))
    return aside


def _columns(row: Row) -> dict[str, object]:
    """Return the columns of a row, by the names that WRITE has."""
    diagnostic = None if row.diagnostic is None else json.dumps(row.diagnostic.as_json())
    return {
        **{name: getattr(row, name) for name in COLUMNS},
        "priority": int(row.priority),
        "degraded": json.dumps(row.degraded),
        "diagnostic": diagnostic,
    }


def _row(columns: Mapping[str, object]) -> Row:
    """Read a row. Raises _UnusableError where another program wrote it."""
    try:
        return _ROW.validate_python(columns)
    except (ValidationError, TypeError, LookupError) as error:
        raise _UnusableError("is damaged") from error


def recover(rows: Iterable[Row], now: float) -> tuple[Row, ...]:
    """Return the rows of a journal whose host is gone: what ran waits again, and that attempt does not count.

    Of two live jobs of a map, which a kill can leave, the later one counts.
    """
    found = tuple(rows)
    latest = {row.map_id: row.id for row in found}
    return tuple(_recover_row(row, now, is_latest=latest[row.map_id] == row.id) for row in found)


def _recover_row(row: Row, now: float, *, is_latest: bool) -> Row:
    if row.state in LIVE and not is_latest:
        return replace(row, state="superseded", ended=now)
    if row.state == "running":
        return replace(row, state="waiting", attempts=row.attempts - 1)
    return row
