"""Run `tilebake clean`: list the pictures whose maps are gone, and remove them."""

import json
from collections import Counter
from pathlib import Path
from typing import Literal

from tilebake.cli import FAILED
from tilebake.cli.terminal.printing import near, print_path, print_result, say, tell_note
from tilebake.errors import TilebakeError, shown
from tilebake.level.project import Project, find_project, map_folders
from tilebake.serve.bake.discover import find_maps
from tilebake.serve.files.project_lock import WriterLocks
from tilebake.serve.owners.godot_scenes import IF_LOST, why_lost
from tilebake.serve.owners.orphans import Orphan, find_orphans, remove_orphan

Status = Literal["orphan", "removed", "kept", "failed"]


def run_clean(start: Path, *, dry_run: bool, as_json: bool) -> int:
    """Remove what is left of the maps that are gone from a project, and return the exit code."""
    project = find_project(start)
    unread: list[TilebakeError] = []
    with WriterLocks("tilebake clean") as locks:
        if not dry_run:
            locks.hold(project.root)
        statuses = Counter(
            _clean(orphan, project, dry_run=dry_run, as_json=as_json)
            for orphan in find_orphans(project, unread.append)
        )
    for error in unread:
        say(f"error: {error}")
    _note_lost_maps(project)
    count = statuses["orphan" if dry_run else "removed"]
    ending = "would be removed" if dry_run else "removed"
    say(f"{count} {'picture' if count == 1 else 'pictures'} without a map {ending}")
    return FAILED if statuses["failed"] or unread else 0


def _note_lost_maps(project: Project) -> None:
    """Tell which maps are of no scene any more. They stay: a map may hold an edit that nothing else has."""
    folders, _ = map_folders(project)
    for found in find_maps(folders, lambda _: None):
        why = why_lost(found.path)
        if why is not None:
            tell_note(f"{shown(near(found.path))}: {why}; {IF_LOST}")


def _clean(orphan: Orphan, project: Project, *, dry_run: bool, as_json: bool) -> Status:
    """Remove an orphan unless it is to be kept, tell so, and return what became of it."""
    status: Status = "orphan" if dry_run else "removed"
    if orphan.why_kept is not None:
        status = "kept"
        tell_note(f"{shown(near(orphan.png))}: {orphan.why_kept}")
    elif not dry_run:
        try:
            remove_orphan(orphan, project.root)
        except TilebakeError as error:
            status = "failed"
            say(f"error: {error}")
    files = [near(file) for file in orphan.files]
    if as_json:
        print_result(json.dumps({"status": status, "texture": near(orphan.png), "files": files}))
    elif status in ("orphan", "removed"):
        for file in files:
            print_path(Path(file))
    return status
