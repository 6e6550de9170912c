"""What one machine painted, another takes from a shared store as it was, or paints itself."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.serve.store.conftest import Place
from tilebake.request import Baker, BakeRequest, OnStep, Step
from tilebake.serve.bake.texture_cache import FROM_STORE, LARGEST_ENTRY, Cache, cached
from tilebake.serve.store.open_store import open_store
from tilebake.serve.store.shared_textures import find_shared, sharing
from tilebake.texture import Texture

Requests = Callable[[int], BakeRequest]
Textures = Callable[[BakeRequest], Texture]


class Machine:
    """A machine that shares a store, and counts what it paints itself."""

    def __init__(self, place: Place, texture_of: Textures) -> None:
        self.told: list[str] = []
        self.painted = 0
        self.store = place.open(self.told)
        self.bake: Baker = sharing(self._paint, self.store)
        self._texture_of = texture_of

    def _paint(self, request: BakeRequest, _on_step: OnStep) -> Texture:
        self.painted += 1
        return self._texture_of(request)


Machines = Callable[[], Machine]


@pytest.fixture
def machine(place: Place, texture_of: Textures) -> Machines:
    return lambda: Machine(place, texture_of)


def ignore(_step: Step) -> None:
    return


def test_a_texture_is_painted_by_one_machine_for_all(
    machine: Machines, request_of: Requests, texture_of: Textures, place: Place
) -> None:
    first, second = machine(), machine()
    first.bake(request_of(1), ignore)
    there = second.bake(request_of(1), ignore)
    np.testing.assert_array_equal(there.image, texture_of(request_of(1)).image)
    assert list(there.timings) == [FROM_STORE]
    assert (first.painted, second.painted, first.told, second.told) == (1, 0, [], [])
    digest = request_of(1).digest()
    assert place.names() == [f"textures/{digest[:2]}/{digest}"]


@pytest.mark.parametrize("at", np.linspace(0, 1, 8).tolist())
@pytest.mark.parametrize("how", ["flipped", "cut"])
def test_a_damaged_object_is_noticed_and_painted_anew(
    how: str, at: float, machine: Machines, request_of: Requests, texture_of: Textures, place: Place
) -> None:
    machine().bake(request_of(1), ignore)
    (name,) = place.names()
    content = bytearray(place.objects.read(name, LARGEST_ENTRY))
    index = int(at * (len(content) - 1))
    if how == "cut":
        del content[index:]
    else:
        content[index] ^= 1
    place.objects.write(name, bytes(content))
    second, third = machine(), machine()
    np.testing.assert_array_equal(second.bake(request_of(1), ignore).image, texture_of(request_of(1)).image)
    assert second.painted == 1
    assert [text for text in second.told if "damaged objects" in text] == second.told != []
    third.bake(request_of(1), ignore)
    assert (third.painted, third.told) == (0, []), "the damaged object was replaced"


def test_an_object_of_another_digest_is_noticed(
    machine: Machines, request_of: Requests, place: Place
) -> None:
    machine().bake(request_of(1), ignore)
    (name,) = place.names()
    other = request_of(2).digest()
    place.objects.write(f"textures/{other[:2]}/{other}", place.objects.read(name, LARGEST_ENTRY))
    second = machine()
    assert second.bake(request_of(2), ignore).digest == other
    assert (second.painted, len(second.told)) == (1, 1)


def test_a_vast_object_is_not_read(
    place: Place, request_of: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = request_of(1).digest()
    place.objects.write(f"textures/{digest[:2]}/{digest}", bytes(1000))
    monkeypatch.setattr("tilebake.serve.store.shared_textures.LARGEST_ENTRY", 999)
    told: list[str] = []
    assert find_shared(place.open(told), request_of(1)) is None
    assert len(told) == 1


def test_writers_at_once_leave_one_sound_object(
    machine: Machines, request_of: Requests, texture_of: Textures, place: Place
) -> None:
    with ThreadPoolExecutor(8) as pool:
        baking = [pool.submit(machine().bake, request_of(1), ignore) for _ in range(16)]
        done = [each.result() for each in baking]
    last = machine()
    for each in (*done, last.bake(request_of(1), ignore)):
        np.testing.assert_array_equal(each.image, texture_of(request_of(1)).image)
    assert (last.painted, last.told, len(place.names())) == (0, [], 1)


def test_a_texture_in_another_number_type_is_painted_for_who_names_one(
    place: Place, request_of: Requests, texture_of: Textures
) -> None:
    def make(request: BakeRequest) -> Texture:
        return replace(texture_of(request), environment={"dtype": request.dtype or "bfloat16"})

    first, second = Machine(place, make), Machine(place, make)
    first.bake(request_of(1), ignore)
    second.bake(replace(request_of(1), dtype="float32"), ignore)
    assert second.painted == 1


def test_what_was_painted_with_less_stays_here(
    place: Place, request_of: Requests, texture_of: Textures
) -> None:
    poor = Machine(place, lambda request: replace(texture_of(request), degraded=("decoded in tiles",)))
    poor.bake(request_of(1), ignore)
    assert place.names() == []


def test_what_a_store_has_comes_into_the_cache(
    machine: Machines, request_of: Requests, tmp_path: Path
) -> None:
    machine().bake(request_of(1), ignore)
    second = machine()
    cached(second.bake, Cache(tmp_path / "cache"))(request_of(1), ignore)
    assert (second.painted, Cache(tmp_path / "cache").get(request_of(1).digest()).digest) == (
        0,
        request_of(1).digest(),
    )


def test_who_paints_all_anew_takes_nothing_and_shares_it(
    place: Place, machine: Machines, request_of: Requests, texture_of: Textures
) -> None:
    machine().bake(request_of(1), ignore)
    (name,) = place.names()
    place.objects.write(name, b"damaged")
    painted: list[BakeRequest] = []

    def paint(request: BakeRequest, _on_step: OnStep) -> Texture:
        painted.append(request)
        return texture_of(request)

    sharing(paint, place.open(), takes=False)(request_of(1), ignore)
    assert painted == [request_of(1)]
    assert find_shared(place.open(), request_of(1)) is not None


def test_what_a_killed_writer_left_of_an_object_is_no_object(
    request_of: Requests, texture_of: Textures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_number: int) -> None:
        raise OSError("killed between writing and renaming")

    def paint(request: BakeRequest, _on_step: OnStep) -> Texture:
        return texture_of(request)

    told: list[str] = []
    store = open_store(str(tmp_path), told.append)
    monkeypatch.setattr("tilebake.serve.store.objects.os.fsync", fail)
    texture = sharing(paint, store)(request_of(1), ignore)
    assert texture.digest == request_of(1).digest()
    assert len(told) == 1
    assert "cannot be written to" in told[0]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
