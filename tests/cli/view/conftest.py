"""A project whose page shows everything: pictures before and after, trials, errors, hostile names."""

import json
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from tilebake.cli import run_command_line
from tilebake.request import BakeRequest
from tilebake.serve.bake.batch import bake_maps
from tilebake.serve.bake.discover import FoundMap
from tilebake.serve.bake.history import Trial, remember_trials
from tilebake.serve.bake.plan import BakeOptions
from tilebake.serve.bake.texture_cache import cached, user_cache
from tilebake.texture import Texture, pixel_hash

HOSTILE: Final = '</script><script>window.hostile = 1</script><img src=x onerror="window.hostile = 2">\u202e'


def level(seed: int = 0, **more: object) -> str:
    terrain = {"grass": "grass", "wa\"ter'": HOSTILE}
    rows = {"legend": {"g": "grass", "w": "wa\"ter'"}, "rows": ["gw", "wg"], "tile_size": 16}
    return json.dumps({"tilebake": 1, "seed": seed, "terrains": terrain, **rows, **more})


def paint(request: BakeRequest, _on_step: object) -> Texture:
    image = np.random.default_rng(request.seed).integers(0, 255, (32, 32, 3), dtype=np.uint8)
    return Texture(image, request.digest(), pixel_hash(image), {"denoise": 1.5})


def bake(file: Path) -> None:
    found = [FoundMap(file, Path(file.name))]
    for _ in bake_maps(
        found,
        BakeOptions(),
        lambda _: paint,
        lambda _: None,
        around=lambda baker: cached(baker, user_cache()),
    ):
        pass


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page of a project with a fresh, a stale and a broken map, and one that was not baked yet."""
    root = tmp_path / "ga me <b>"
    (root / "maps").mkdir(parents=True)
    monkeypatch.setenv("TILEBAKE_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(root)
    (root / "tilebake.toml").write_text("", encoding="utf-8")
    fresh, stale = root / "maps" / "fresh.json", root / "maps" / "stale.json"
    for seed in (1, 2):
        fresh.write_text(level(seed), encoding="utf-8")
        bake(fresh)
    digests = [str(json.loads(fresh.with_suffix(".bake.json").read_text(encoding="utf-8"))["digest"])]
    remember_trials(fresh, [Trial(title=HOSTILE, digest=each) for each in digests])
    stale.write_text(level(3), encoding="utf-8")
    bake(stale)
    stale.write_text(level(4), encoding="utf-8")
    (root / "maps" / "broken.json").write_text('{"tilebake": 1, "<b>": 1}', encoding="utf-8")
    (root / "maps" / "new.json").write_text(level(5), encoding="utf-8")
    assert run_command_line(["view", "--no-open"]) == 0
    return root / "tilebake.html"
