"""A game with maps, and a backend that runs in it, for tests; no test itself."""

import inspect
import json
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.helpers.counting_baker import CountingBaker, picture_of
from tests.helpers.patience import PATIENCE
from tilebake.request import BakeRequest
from tilebake.serve.backend import Backend
from tilebake.serve.bake.plan import BakeOptions, PlannedBake, Planner
from tilebake.serve.bake.publish import publish
from tilebake.serve.bake.texture_cache import Cache
from tilebake.serve.jobs.status import Event, MapView
from tilebake.serve.setup import Setup
from tilebake.serve.watching.watch import Timing
from tilebake.serve.worker.supervisor import WorkerLimits
from tilebake.texture import Texture, pixel_hash

QUICK = Timing(quiet=0.1, longest=0.5, reconcile=0.3)
LIMITS = WorkerLimits(patience=0.5, silence=0.5, first_pause=0.01)
MAP: dict[str, Any] = {
    "tilebake": 1,
    "tile_size": 8,
    "terrains": {"grass": "grass"},
    "legend": {"g": "grass"},
    "rows": ["gg"],
}


def until(happened: Callable[[], bool], nap: float = 0.02) -> None:
    """Wait for something to be true, checking after every nap.

    Raises AssertionError with the last state of what it refers to, when PATIENCE is over.
    """
    over = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < over, f"not so after {PATIENCE:.0f} s\n{last_state(happened)}"
        time.sleep(nap)


def last_state(happened: Callable[[], bool]) -> str:
    """Describe what a condition refers to: maps and jobs of a backend, what was painted in a game."""
    lines = [inspect.getsource(happened).strip()]
    for name, value in inspect.getclosurevars(happened).nonlocals.items():
        match value:
            case Backend():
                lines += [f"{name}: {each}" for each in (*value.maps(), *value.jobs())]
            case Game():
                lines += [f"{name}: {note}" for note in value.baker.notes()[-5:]]
            case _:
                lines.append(f"{name}: {value!r}"[:1000])
    return "\n".join(lines)


@dataclass(frozen=True)
class Game:
    """A project in a folder of its own, and what was painted for it."""

    root: Path

    @property
    def baker(self) -> CountingBaker:
        return CountingBaker(self.root.parent / "renders")

    @property
    def cache(self) -> Cache:
        return Cache(self.root.parent / "textures")

    def path(self, name: str) -> Path:
        return self.root / "levels" / f"{name}.json"

    def png(self, name: str) -> Path:
        return self.path(name).with_suffix(".png")

    def save(self, name: str, seed: int, **changes: object) -> Path:
        """Save a map as an editor does: written beside, then moved into place."""
        path = self.path(name)
        draft = path.with_suffix(".tmp")
        draft.write_text(json.dumps({**MAP, "seed": seed, **changes}), encoding="utf-8")
        return draft.replace(path)

    def plan(self, name: str) -> PlannedBake:
        return Planner(BakeOptions()).plan(self.path(name), self.path(name).relative_to(self.root))

    def is_painted(self, *names: str) -> bool:
        """Whether these maps have the pictures of what they are now."""
        return all(self.plan(name).stale is None for name in names)

    def request(self, name: str) -> BakeRequest:
        return self.plan(name).request

    def publish(self, name: str) -> None:
        """Publish the texture of a map as it is now."""
        planned = self.plan(name)
        image = picture_of(planned.request)
        texture = Texture(image, planned.digest, pixel_hash(image))
        publish(texture, planned.request, planned.png, planned.root)

    def keep_in_cache(self, *names: str) -> None:
        """Have what these maps ask for painted before, in another life."""
        for name in names:
            request = self.request(name)
            image = picture_of(request)
            self.cache.put(Texture(image, request.digest(), pixel_hash(image)))

    def begun(self) -> list[int]:
        """The seeds of what was painted, in their order."""
        return [int(note.split()[1]) for note in self.baker.notes() if note.startswith("begin ")]

    def setup(self, timing: Timing = QUICK) -> Setup:
        journal = self.root.parent / "journal.sqlite"
        return Setup(self.root, BakeOptions(), self.baker, self.cache, journal, timing=timing, limits=LIMITS)

    @contextmanager
    def watched(self, timing: Timing = QUICK) -> Generator[Backend]:
        """A backend at work in it, whose first look is over."""
        with Backend(self.setup(timing)) as backend:
            until(lambda: any(event.notice.startswith("maps: ") for event in backend.events(0, 1)))
            yield backend


def game_in(folder: Path) -> Game:
    """A new game, without maps."""
    game = Game(folder.resolve() / "game")
    (game.root / "levels").mkdir(parents=True)
    (game.root / "tilebake.toml").write_text('maps = ["levels"]\n', encoding="utf-8")
    return game


def view(backend: Backend, name: str) -> MapView:
    """How a map stands; as "gone" where there is none."""
    map_id = f"levels/{name}.json"
    return next((each for each in backend.maps() if each.id == map_id), MapView(map_id, "gone"))


def states(events: tuple[Event, ...], name: str) -> list[str]:
    """How a map stood, one after the other."""
    return [event.map.state for event in events if event.map and event.map.id == f"levels/{name}.json"]
