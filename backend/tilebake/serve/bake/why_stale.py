"""Say in words why a texture is stale: what of its request is not what its record says."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, cast

from tilebake.level.settings import PRESETS, BakeSettings, Preset
from tilebake.level.source.json_positions import snippet
from tilebake.request import SETTINGS_OF_FILES, BakeRequest

MOST_REASONS: Final = 3  # more are counted
TILES_CHANGED: Final = "the tiles changed"
_TEXTS: Final = {
    "base_prompt": "the base prompt",
    "negative_prompt": "the negative prompt",
    "edit": "the edit",
    "art": "the picture that it begins from",
    "keep": "the picture that it keeps",
    "structure": "the picture that a ControlNet holds it to",
    "reference": "the picture that it is painted like",
    "references": "a picture that a terrain is painted like",
    "terrain_loras": "the LoRAs of terrains",
}

Fields = Mapping[str, object]


def explain_changes(record: Fields, request: BakeRequest) -> str:
    """Return what changed since a record was written, in one line. Old records know less."""
    reasons = [*_reasons(record, request)]
    if not reasons and "parts" not in record:
        return "the map's tiles or prompts changed"
    if not reasons:
        return "the map, its settings or the model changed"
    more = len(reasons) - MOST_REASONS
    return "; ".join(reasons[:MOST_REASONS]) + (f"; and {more} more" if more > 0 else "")


def other_dtype(record: Fields, request: BakeRequest) -> str | None:
    """Say that a texture was painted in another number type than the one that is asked for, if it was.

    Where none is asked for this is never a reason: a team's machines differ, and their pictures by a shade.
    """
    dtype = _fields(record.get("environment")).get("dtype")
    if request.accepts(dtype, is_degraded="degraded" in record):
        return None
    return f"it was painted in {dtype or 'an unknown number type'}, and {request.dtype} is asked for"


def _reasons(record: Fields, request: BakeRequest) -> Iterator[str]:
    was, now = _fields(record.get("parts")), request.part_digests()
    if was and _is_of_another_version(was.get("paint_version"), now["paint_version"]):
        yield "this version of tilebake paints it otherwise"
    if record.get("seed") != request.seed:
        yield f"the seed is {request.seed}, was {snippet(record.get('seed'))}"
    settings, has_other_tiles = _fields(record.get("settings")), was.get("tiles") != now["tiles"]
    yield from _setting_reasons(settings, request.settings.model_dump(mode="json"), has_other_tiles)
    yield from _model_reasons(_fields(record.get("model")), request)
    if not was:
        return
    for key, name in _TEXTS.items():
        if was.get(key) != now.get(key):
            yield f"{name} changed"
    yield from _terrain_reasons(_fields(was.get("terrains")), _fields(now["terrains"]))
    if has_other_tiles:
        yield TILES_CHANGED


def _is_of_another_version(was: object, now: object) -> bool:
    """Tell whether a part that both have was painted otherwise; alpha has a version where there is any."""
    if not isinstance(was, list) or not isinstance(now, list):
        return was != now
    pairs = zip(cast("list[object]", was), cast("list[object]", now), strict=False)
    return any(before != after for before, after in pairs if before is not None and after is not None)


def _setting_reasons(was: Fields, now: Fields, has_other_tiles: bool) -> Iterator[str]:
    """Name the settings that changed, but not what follows: of a preset its parts, of tiles the alpha."""
    told = {*SETTINGS_OF_FILES, *(["transparent"] if has_other_tiles else [])}
    before, after = _find_preset(was), _find_preset(now)
    if before and after and before != after:
        yield f"preset is {snippet(after)}, was {snippet(before)}"
        told.update(name for name, value in PRESETS[after].items() if value is None or _is(value, now[name]))
    for name in now:
        if name in told:
            continue
        if name not in was:
            if now[name] != BakeSettings.model_fields[name].default:
                yield f"{name} is a new setting"
        elif was[name] != now[name]:
            yield f"{name} is {_value(now[name])}, was {_value(was[name])}"


def _find_preset(settings: Fields) -> Preset | None:
    """Return the preset that settings look like, but for the size of tiles, which follows the map's."""
    for preset, values in PRESETS.items():
        looks = {name: value for name, value in values.items() if name != "pixels_per_tile"}
        if all(name in settings and _is(value, settings[name]) for name, value in looks.items()):
            return preset
    return None


def _is(value: object, written: object) -> bool:
    """Tell whether a setting is what JSON says of it."""
    return written == ([*cast("tuple[object, ...]", value)] if isinstance(value, tuple) else value)


def _model_reasons(was: Fields, request: BakeRequest) -> Iterator[str]:
    known, named = _fields(was.get("embeddings")), dict(request.tilemap.embeddings)
    if known != named:
        changed = sorted(name for name in known.keys() | named if known.get(name) != named.get(name))
        yield f"the embeddings changed: {', '.join(map(snippet, changed))}"
    if was.get("digest") != request.model_digest:
        if was.get("reference") != request.model:
            yield f"the model is {snippet(request.model)}, was {snippet(was.get('reference'))}"
        elif known == named:
            yield f"the files of the model {snippet(request.model)} changed"
    loras = was.get("loras")
    known = [_fields(each) for each in cast("Sequence[object]", loras if isinstance(loras, list) else [])]
    before = [(snippet(each.get("name")), f"{each.get('weight')} {each.get('digest')}") for each in known]
    after = [(snippet(Path(lora.path).name), f"{lora.weight} {digest}") for lora, digest in request.loras]
    if [each[1] for each in before] != [each[1] for each in after]:
        names = sorted({each[0] for each in {*before} ^ {*after}})
        yield f"the LoRAs changed: {', '.join(names) or 'their order'}"


def _terrain_reasons(was: Fields, now: Fields) -> Iterator[str]:
    for name in sorted(now.keys() - was.keys()):
        yield f"the terrain {snippet(name)} is new"
    for name in sorted(was.keys() - now.keys()):
        yield f"the terrain {snippet(name)} is gone"
    for name in sorted(was.keys() & now.keys()):
        if was[name] != now[name]:
            yield f"the terrain {snippet(name)} has another prompt or weight"


def _fields(value: object) -> Fields:
    return cast("Fields", value) if isinstance(value, dict) else {}


def _value(value: object) -> str:
    return "left open" if value is None else snippet(value)
