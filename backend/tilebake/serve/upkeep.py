"""Find what no change of a map shows: files that are not those that were read, causes gone, models."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tilebake.serve.jobs.queue import JobQueue
from tilebake.serve.jobs.retries import Retries
from tilebake.serve.project_maps import ProjectMaps

CHECKED: Final = 500  # maps each time: with four files each, some milliseconds
LOOKED_AT: Final = 200  # maps each time, several times as often: whether two files of each are there


@dataclass(frozen=True)
class Upkeep:
    """Hold the chores of a thread that comes by every few seconds. Maps are read again by `read`.

    `read_bereft` is none of `chores`, but to be run more often.
    """

    maps: ProjectMaps
    jobs: JobQueue
    tell: Callable[[str], None]
    read: Callable[[Iterable[Path]], object]
    read_all: Callable[[], None]
    rereads: Retries = field(default_factory=lambda: Retries(CHECKED))
    rebakes: Retries = field(default_factory=lambda: Retries(1))

    def read_bereft(self) -> None:
        """Read again the maps whose picture or record was deleted: a look costs next to nothing."""
        if bereft := self.maps.bereft(LOOKED_AT):
            self.read(bereft)

    @property
    def chores(self) -> tuple[Callable[[], None], ...]:
        """Return what is to be done, in this order; each may fail without the others."""
        return self.tell_folders, self.read_outdated, self.retry_failed, self.follow_models

    def tell_folders(self) -> None:
        """Tell once what is wrong with a folder that is to hold maps."""
        for each in self.maps.new_problems():
            self.tell(each)

    def read_outdated(self) -> None:
        """Read again the maps of which a file is not the one that was read."""
        if outdated := self.maps.outdated(CHECKED):
            self.read(outdated)

    def retry_failed(self) -> None:
        """Read and bake again what failed, for its cause may be gone: a disk that was full, say."""
        unread = self.rereads.due(self.maps.unread())
        failed = self.rebakes.due(self.maps.stale_among(self.jobs.failed()))
        if again := {*unread, *failed}:
            self.read(each.path for each in self.maps.all() if each.id in again)

    def follow_models(self) -> None:
        """Read all maps again when a model or a LoRA has changed."""
        if self.maps.is_outdated():
            self.tell("a model or a LoRA changed: reading all maps again")
            self.read_all()
