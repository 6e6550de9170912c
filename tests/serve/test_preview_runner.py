"""Previews: painted in the worker to be seen, never published, and never in a bake's way."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.counting_baker import STEPS, picture_of
from tests.helpers.game import Game, game_in, until, view
from tilebake.errors import PromptError
from tilebake.level.edit.edit_entry import EditEntry
from tilebake.request import AttentionQuery, Step
from tilebake.serve.backend import Backend
from tilebake.serve.files.png import png_pixels
from tilebake.serve.jobs.preview_queue import KEPT, KEPT_IMAGES, PreviewQueue
from tilebake.serve.jobs.service import UnknownIdError
from tilebake.serve.jobs.status import PreviewView

FOREST = "levels/forest.json"
GRASS = AttentionQuery(("grass",))


@pytest.fixture
def game(tmp_path: Path) -> Game:
    return game_in(tmp_path)


def ended(backend: Backend, preview_id: int) -> PreviewView:
    until(lambda: backend.preview(preview_id).state not in ("waiting", "running"))
    return backend.preview(preview_id)


def looked_at(game: Game) -> list[str]:
    """What was painted to be looked at, in its order."""
    return [note.split()[1] for note in game.baker.notes() if note.startswith("look ")]


def standing(game: Game) -> tuple[int, int]:
    """What tells whether another picture was published."""
    status = game.png("forest").stat()
    return status.st_ino, status.st_mtime_ns


def test_a_newer_preview_of_a_map_cancels_its_older_one() -> None:
    previews = PreviewQueue()
    first, other, second = (previews.submit(name, GRASS) for name in ("a", "b", "a"))
    assert [previews.view(each.id).state for each in (first, other, second)] == [
        "cancelled",
        "waiting",
        "waiting",
    ]
    taken = previews.take()
    assert taken is not None
    assert taken.view.id == other.id
    previews.submit("b", GRASS)
    assert not previews.is_wanted(other.id)
    previews.finish(other.id, b"too late")
    previews.progress(other.id, Step(1, 3))
    assert previews.view(other.id).state == "cancelled"
    with pytest.raises(UnknownIdError):
        previews.image(other.id)


def test_a_preview_that_gave_way_starts_again() -> None:
    previews = PreviewQueue()
    asked = previews.submit("a", GRASS)
    assert previews.take() is not None
    previews.progress(asked.id, Step(2, 3))
    assert (previews.view(asked.id).step, previews.view(asked.id).steps) == (2, 3)
    previews.put_back(asked.id)
    assert previews.view(asked.id) == asked
    assert previews.take() is not None
    assert previews.take() is None


def test_the_last_few_pictures_are_kept_and_the_last_looks() -> None:
    previews = PreviewQueue()
    ids = [previews.submit(f"map {number}", GRASS).id for number in range(KEPT + 1)]
    with pytest.raises(UnknownIdError, match="no preview 1"):
        previews.view(ids[0])
    for _ in range(KEPT_IMAGES + 1):
        preview = previews.take()
        assert preview is not None
        previews.finish(preview.view.id, b"picture")
    with pytest.raises(UnknownIdError, match="ask for a new preview"):
        previews.image(ids[1])
    assert previews.image(ids[2]) == b"picture"
    with pytest.raises(UnknownIdError, match="yet"):
        previews.image(ids[-1])


def test_a_mistake_and_an_end_are_final() -> None:
    previews = PreviewQueue()
    asked = previews.submit("a", GRASS)
    previews.take()
    previews.fail(asked.id, PromptError("no such word", hint="take another"))
    failed = previews.cancel(asked.id)
    assert failed.state == "failed"
    assert failed.diagnostic is not None
    assert (failed.diagnostic.what, failed.diagnostic.hint) == ("no such word", "take another")


def test_words_are_looked_at_in_the_worker_and_nothing_is_published(game: Game) -> None:
    game.save("forest", 7)
    with game.watched() as backend:
        until(lambda: view(backend, "forest").state == "up to date")
        before = standing(game)
        preview = ended(backend, backend.submit_preview(FOREST, GRASS).id)
        assert (preview.kind, preview.state, preview.step, preview.steps) == (
            "attention",
            "done",
            STEPS,
            STEPS,
        )
        assert (png_pixels(backend.preview_image(preview.id)) == 7).all()
        assert standing(game) == before
        assert {event.job.id for event in backend.events(0, 0) if event.job} == {1}
    assert looked_at(game) == ["grass"]
    assert game.begun() == [7]


def test_an_edit_is_tried_with_the_file_as_it_was(game: Game) -> None:
    path = game.save("forest", 7)
    content = path.read_bytes()
    edit = EditEntry.model_validate({"terrains": {"grass": "snow"}})
    with game.watched() as backend:
        until(lambda: view(backend, "forest").state == "up to date")
        published = standing(game)
        preview = ended(backend, backend.submit_preview(FOREST, edit).id)
        assert (preview.kind, preview.state) == ("edit", "done")
        assert (png_pixels(backend.preview_image(preview.id)) == picture_of(game.request("forest"))).all()
        assert path.read_bytes() == content
        assert standing(game) == published
        assert game.begun() == [7, 7]
        game.save("forest", 7, edit={"terrains": {"grass": "snow"}})
        until(lambda: game.is_painted("forest"))
    assert game.begun() == [7, 7], "what was tried and then saved is not painted again"


@pytest.mark.parametrize(
    ("edit", "where", "what"),
    [
        ({"terrains": {"gras": "snow"}}, "$.edit.terrains.gras", 'unknown terrain "gras"'),
        (
            {"terrains": {"grass": {"prompt": "snow", "reweight": {"snw": 2}}}},
            "$.edit.terrains.grass.reweight.snw",
            "there is no 'snw' in 'snow'",
        ),
    ],
)
def test_a_failed_preview_holds_its_diagnostic(
    edit: dict[str, object], where: str, what: str, game: Game
) -> None:
    game.save("forest", 7)
    with game.watched() as backend:
        until(lambda: view(backend, "forest").state == "up to date")
        preview = ended(backend, backend.submit_preview(FOREST, EditEntry.model_validate(edit)).id)
        assert preview.state == "failed"
        assert preview.diagnostic is not None
        assert (str(preview.diagnostic.where), preview.diagnostic.what) == (where, what)
        assert view(backend, "forest").state == "up to date"
        failed = ended(backend, backend.submit_preview(FOREST, AttentionQuery(("fail",))).id)
        assert failed.diagnostic is not None
        assert failed.diagnostic.what == "no such word"


def test_a_bake_goes_first_and_the_preview_starts_again(game: Game) -> None:
    game.save("forest", 1)
    with game.watched() as backend:
        until(lambda: view(backend, "forest").state == "up to date")
        preview = backend.submit_preview(FOREST, AttentionQuery(("endless",)))
        until(lambda: backend.preview(preview.id).step > 1)
        game.save("river", 2)
        until(lambda: game.is_painted("river"))
        until(lambda: looked_at(game) == ["endless", "endless"])
        backend.cancel_preview(preview.id)
        assert backend.preview(preview.id).state == "cancelled"
        following = ended(backend, backend.submit_preview(FOREST, GRASS).id)
        assert following.state == "done"


def test_a_newer_preview_ends_the_running_one(game: Game) -> None:
    game.save("forest", 1)
    with game.watched() as backend:
        until(lambda: view(backend, "forest").state == "up to date")
        older = backend.submit_preview(FOREST, AttentionQuery(("endless",)))
        until(lambda: backend.preview(older.id).step > 1)
        newer = backend.submit_preview(FOREST, GRASS)
        assert backend.preview(older.id).state == "cancelled"
        assert ended(backend, newer.id).state == "done"


def test_a_preview_that_kills_the_worker_fails(game: Game) -> None:
    game.save("forest", 1)
    with game.watched() as backend:
        until(lambda: view(backend, "forest").state == "up to date")
        preview = ended(backend, backend.submit_preview(FOREST, AttentionQuery(("die",))).id)
        assert preview.state == "failed"
        assert ended(backend, backend.submit_preview(FOREST, GRASS).id).state == "done"


def test_leaving_ends_a_look(game: Game) -> None:
    game.save("forest", 1)
    with game.watched() as backend:
        until(lambda: view(backend, "forest").state == "up to date")
        preview = backend.submit_preview(FOREST, AttentionQuery(("endless",)))
        until(lambda: backend.preview(preview.id).step > 1)
        began = time.monotonic()
    assert time.monotonic() - began < 30


def test_what_is_unknown_is_said_to_be_so(game: Game) -> None:
    with game.watched() as backend:
        asks: list[Callable[[], object]] = [
            lambda: backend.submit_preview("../secret.json", GRASS),
            lambda: backend.preview(1),
            lambda: backend.preview_image(1),
            lambda: backend.cancel_preview(1),
        ]
        for ask in asks:
            with pytest.raises(UnknownIdError):
                ask()
