"""Machines share maps by what these take to paint, and all of them find the same shares."""

import json
from pathlib import Path

import pytest

from tilebake.level.settings import SettingsOverride
from tilebake.serve.bake.discover import FoundMap, find_maps
from tilebake.serve.bake.plan import BakeOptions
from tilebake.serve.bake.shares import estimated_cost, share_of


def write(folder: Path, name: str, columns: int, rows: int, **settings: object) -> None:
    content = {
        "tilebake": 1,
        "tile_size": 16,
        "terrains": {"grass": "grass"},
        "legend": {"g": "grass"},
        "rows": ["g" * columns] * rows,
        "settings": {"pixels_per_tile": 16, **settings},
    }
    (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def maps(tmp_path: Path) -> list[FoundMap]:
    """Four large levels with a small one after each, and one that is broken."""
    for level in range(4):
        write(tmp_path, f"level{level}", 40, 40)
        write(tmp_path, f"level{level}_bonus", 4, 3)
    (tmp_path / "broken.json").write_text('{"tilebake": 1, ', encoding="utf-8")
    return find_maps([tmp_path])


@pytest.mark.parametrize("count", [1, 2, 3, 4, 9, 12])
def test_every_map_has_exactly_one_share(maps: list[FoundMap], count: int) -> None:
    shares = [share_of(maps, index, count, BakeOptions()) for index in range(1, count + 1)]
    assert sorted(each for share in shares for each in share) == sorted(maps)
    assert all(share == sorted(share, key=maps.index) for share in shares)


@pytest.mark.parametrize("count", [2, 4])
def test_shares_are_about_as_dear(maps: list[FoundMap], count: int) -> None:
    shares = [share_of(maps, index, count, BakeOptions()) for index in range(1, count + 1)]
    costs = [sum(estimated_cost(each, BakeOptions()) for each in share) for share in shares]
    assert max(costs) <= 1.05 * min(costs)


def test_steps_and_size_make_a_map_dear(tmp_path: Path) -> None:
    write(tmp_path, "a", 8, 8)
    write(tmp_path, "b", 8, 8, steps=40)
    write(tmp_path, "c", 8, 8, pixels_per_tile=32)
    plain, more_steps, larger = (estimated_cost(each, BakeOptions()) for each in find_maps([tmp_path]))
    assert plain < more_steps < larger
    few = BakeOptions(SettingsOverride(steps=1))
    assert len({estimated_cost(each, few) for each in find_maps([tmp_path])[:2]}) == 1
