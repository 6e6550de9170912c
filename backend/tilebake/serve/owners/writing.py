"""Keep other writers out of the projects into which a command publishes."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from tilebake.errors import BakeError, BusyError, ServeError
from tilebake.level.project import enclosing_project
from tilebake.serve.bake.plan import BakeOptions, PlannedBake
from tilebake.serve.files.atomic_write import sweep_folder
from tilebake.serve.files.project_lock import WriterLocks


class Writing:
    """Hold the lock of each project from the first picture that is painted for it."""

    def __init__(self, options: BakeOptions, locks: WriterLocks, tell: Callable[[str], None]) -> None:
        self._options = options
        self._locks = locks
        self._tell = tell
        self._is_without = False  # the state folder cannot be used
        self._swept: set[Path] = set()

    def hold(self, job: PlannedBake) -> None:
        """Be the only writer of the project that a picture goes into. Raises BusyError.

        A picture that `--out` puts elsewhere is in nobody's way.
        """
        root = job.root if self._options.out is None else enclosing_project(job.png.parent)
        if root is None or self._is_without:
            return
        try:
            self._locks.hold(root)
        except BusyError:
            raise
        except (BakeError, ServeError) as error:  # a home that is read-only, say: no reason not to paint
            self._is_without = True
            self._tell(f"other writers are not kept out: {error}")

    def sweep(self, job: PlannedBake) -> None:
        """Remove what killed processes left where a picture goes."""
        folder = job.png.parent
        if folder not in self._swept:
            self._swept.add(folder)
            with contextlib.suppress(OSError, BakeError):
                sweep_folder(job.root, folder)
