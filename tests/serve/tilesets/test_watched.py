"""A TileSet under a watch: each save paints its sheet anew, and what a user changed beside it stays."""

import json
from pathlib import Path

from tests.helpers.game import game_in, until

BESIDE = ("coast.png", "coast.tres", "coast.tsx", "coast.tileset.json")


def test_a_watch_paints_a_tileset_at_each_save_with_what_belongs_beside_it(tmp_path: Path) -> None:
    game = game_in(tmp_path)

    def save(**changes: object) -> None:
        terrains = {"grass": "grass", "water": "water"}
        content = {"tilebake": 1, "tile_size": 32, "corners": [*terrains], "terrains": terrains, **changes}
        (game.root / "levels/coast.json").write_text(json.dumps(content), encoding="utf-8")

    def read(name: str) -> str:
        return (game.root / "levels" / name).read_text(encoding="utf-8")

    save()
    with game.watched() as backend:
        until(lambda: [each.state for each in backend.maps()] == ["up to date"])
        assert all((game.root / "levels" / name).is_file() for name in BESIDE)
        mine = read("coast.tres") + "; mine\n"
        (game.root / "levels/coast.tres").write_text(mine, encoding="utf-8")
        before = (game.root / "levels/coast.png").read_bytes()
        save(seed=5)
        until(lambda: (game.root / "levels/coast.png").read_bytes() != before)
        save(seed=5, corners=["water", "grass"])
        until(lambda: '["water", "grass"]' in read("coast.tileset.json"))
    assert read("coast.tres") == mine
