"""The ways in which editors save a file."""

import os
from collections.abc import Callable
from pathlib import Path

Save = Callable[[Path, str], None]


def in_place(path: Path, text: str) -> None:
    with path.open("r+", encoding="utf-8") as file:
        file.write(text)
        file.truncate()


def truncated_and_rewritten(path: Path, text: str) -> None:
    path.write_bytes(b"")
    path.write_text(text, encoding="utf-8")


def by_rename(path: Path, text: str) -> None:
    other = path.with_name(f"{path.name}.tmp")
    other.write_text(text, encoding="utf-8")
    other.replace(path)


def by_rename_from_elsewhere(path: Path, text: str) -> None:
    other = path.parent.parent / "other"
    other.write_text(text, encoding="utf-8")
    other.replace(path)


def with_a_backup(path: Path, text: str) -> None:
    path.replace(path.with_name(f"{path.name}~"))
    path.write_text(text, encoding="utf-8")


def by_hard_link(path: Path, text: str) -> None:
    other = path.with_name("linked")
    other.write_text(text, encoding="utf-8")
    path.unlink()
    os.link(other, path)
    other.unlink()


def with_the_clock_moved_back(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(0, 10**18))


def in_the_far_future(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(0, 4 * 10**18))


def keeping_the_time(save: Save) -> Save:
    """The same way to save, with the time put back, as `cp -p`, `rsync -t` and `touch -r` do."""

    def save_keeping(path: Path, text: str) -> None:
        status = path.stat()
        save(path, text)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    return save_keeping


def a_letter_at_a_time(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        for letter in text:
            file.write(letter)
            file.flush()


SAVES = [
    in_place,
    truncated_and_rewritten,
    by_rename,
    by_rename_from_elsewhere,
    with_a_backup,
    by_hard_link,
    with_the_clock_moved_back,
    in_the_far_future,
    a_letter_at_a_time,
]
