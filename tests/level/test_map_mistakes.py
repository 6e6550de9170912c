"""What is said about the mistakes in a map: where it is, what is wrong, what to do. Word for word."""

import json
from pathlib import Path

import pytest

from tilebake.errors import MapError
from tilebake.level.tilemap import parse_map

HEAD = '{"tilebake": 1, "terrains": {"grass": "grass", "water": "water"},\n '
ROWS = '"legend": {"g": "grass", "w": "water"},\n "rows": ['

MISTAKES = {
    "a list": (
        "[1]",
        '1:1: $: a list is not a map; a map begins with {"tilebake": 1',
    ),
    "no version": (
        '{"rows": []}',
        '1:1: $: "tilebake" is missing: this is not a map; add "tilebake": 1 if it is one',
    ),
    "a later version": (
        '{"tilebake": 2}',
        "1:14: $.tilebake: 2 is not a version that this tilebake reads; write 1, or bring "
        "tilebake up to date",
    ),
    "a version in quotes": (
        '{"tilebake": "1"}',
        '1:14: $.tilebake: "1" is not a version that this tilebake reads; write 1, or bring '
        "tilebake up to date",
    ),
    "true for a version": (
        '{"tilebake": true}',
        "1:14: $.tilebake: true is not a version that this tilebake reads; write 1, or bring "
        "tilebake up to date",
    ),
    "a misspelt key": (
        '{"tilebake": 1,\n "base_promt": "x", "cells": [[0,0,"a"]]}',
        '2:2: $.base_promt: unknown key "base_promt"; did you mean "base_prompt"?',
    ),
    "an unknown key": (
        '{"tilebake": 1,\n "zzz": 1}',
        '2:2: $.zzz: unknown key "zzz"; the keys here are $schema, art, base_prompt, blob, cells, '
        "corners, dual_grid, edit, embeddings, grid, keep, layers, layout, legend, loras, model, name, "
        "negative_prompt, offset_axis, origin, reference, rows, scene, seed, settings, structure, terrains, "
        "tile_size, "
        "tilebake, variants, wrap",
    ),
    "a misspelt setting": (
        '{"tilebake": 1,\n "settings": {"step": 3}}',
        '2:15: $.settings.step: unknown key "step"; did you mean "steps"?',
    ),
    "a misspelt key of a terrain": (
        '{"tilebake": 1,\n "terrains": {"dark grass": {"promt": "x"}}}',
        '2:30: $.terrains["dark grass"].promt: unknown key "promt"; did you mean "prompt"?',
    ),
    "an unknown character in a row": (
        HEAD + ROWS + '"gg",\n  "gx"]}',
        '4:5: $.rows[1][1]: the legend has no "x"; add it to the "legend", or use one of ".", " ", "g", "w"',
    ),
    "an unknown character behind an escape": (
        HEAD + ROWS + '"g\\u0067x"]}',
        '3:19: $.rows[0][2]: the legend has no "x"; add it to the "legend", or use one of ".", " ", "g", "w"',
    ),
    "ragged rows": (
        HEAD + ROWS + '"ggg",\n  "gg",\n  "ggg"]}',
        '4:3: $.rows[1]: row 2 has 2 characters and the others 3; make it 3 long; "." is an empty cell',
    ),
    "rows without characters": (
        HEAD + ROWS + '""]}',
        '3:10: $.rows: the rows are empty; write a character a tile; "." is an empty cell',
    ),
    "no rows": (
        HEAD + '"rows": []}',
        "2:10: $.rows: a list has too few items; give at least 1",
    ),
    "a misspelt terrain in the legend": (
        HEAD + '"legend": {"g": "gras"},\n "rows": ["g"]}',
        '2:18: $.legend.g: unknown terrain "gras"; did you mean "grass"?',
    ),
    "an unknown terrain in a cell": (
        HEAD + '"cells": [[0, 0, "grass"],\n [1, 0, "lava"]]}',
        '3:9: $.cells[1][2]: unknown terrain "lava"; add "lava" to "terrains", here or in tilebake.toml',
    ),
    "several unknown terrains": (
        HEAD + '"cells": [[0, 0, "lava"],\n [1, 0, "Grass"], [2, 0, "lava"], [3, 0, "ice"]]}',
        '2:19: $.cells[0][2]: unknown terrains "lava", "Grass", "ice"; '
        'add "lava", "Grass", "ice" to "terrains", here or in tilebake.toml',
    ),
    "an unknown terrain in capitals": (
        HEAD + '"cells": [[0, 0, "Grass"]]}',
        '2:19: $.cells[0][2]: unknown terrain "Grass"; '
        '"grass" is there, but capitals count: write both alike',
    ),
    "a cell given twice": (
        HEAD + '"cells": [[0, 0, "grass"],\n [0, 0, "water"]]}',
        "3:2: $.cells[1]: the cell [0, 0] is given twice; remove one of the two",
    ),
    "a number beyond all numbers": (
        HEAD + '"settings": {"mask_sigma": 1e999}}',
        "2:29: $.settings.mask_sigma: inf is not a finite number; write a finite number",
    ),
    "huge tiles": (
        HEAD + '"tile_size": 100000}',
        "2:15: $.tile_size: 100000 is too large; write a number of at most 4096",
    ),
    "tiles without height": (
        HEAD + '"tile_size": [64, 0]}',
        "2:20: $.tile_size[1]: 0 is too small; write a number of at least 1",
    ),
    "three sizes": (
        HEAD + '"tile_size": [64, 64, 64]}',
        "2:15: $.tile_size: a list has too many items; give at most 2",
    ),
    "a size in quotes": (
        HEAD + '"tile_size": "64"}',
        '2:15: $.tile_size: "64" is not a whole number; write a whole number',
    ),
    "a stray tile": (
        HEAD + '"cells": [[0,0,"grass"],[500000,500000,"water"]]}',
        "2:11: $.cells: the map is 500001 x 500001 tiles large, empty cells included; the "
        'limit is 1,048,576 cells; is this tile a stray: "water" at [500000, 500000], 500000 cells from the '
        "rest? Remove it, or split the map",
    ),
    "a picture too large": (
        HEAD + '"tile_size": 4096,\n "cells": [[0,0,"grass"],[80,80,"grass"]]}',
        "2:15: $.tile_size: the picture would be 331,776 by 331,776 pixels; at most 68,719,476,736 can be "
        'made, in pages; is this tile a stray: "grass" at [80, 80], 80 cells from the rest? Remove it, or '
        "lower tile_size to 3,236 or less, or split the map",
    ),
    "a bracket without its partner": (
        '{"tilebake": 1, "terrains": {"grass":\n "((moss"}, "cells": [[0, 0, "grass"]]}',
        "2:2: $.terrains.grass: terrain 'grass': the prompt '((moss' has a `(` at character 2 without its "
        r"partner; close it, or write \( \) \[ \] for brackets that are part of the text",
    ),
    "words that all weigh nothing": (
        HEAD + '"negative_prompt": "(mud:0)", "cells": [[0, 0, "grass"]]}',
        "2:21: $.negative_prompt: negative prompt: all words of the prompt '(mud:0)' weigh 0; give one of "
        "them a weight above 0",
    ),
    "a prompt of brackets": (
        '{"tilebake": 1, "terrains": {"grass":\n"()"}, "cells": [[0, 0, "grass"]]}',
        "2:1: $.terrains.grass: terrain 'grass': the prompt is empty; describe in words what the terrain "
        "looks like",
    ),
    "a coordinate out of range": (
        HEAD + '"cells": [[0,0,"grass"],[99999999,0,"water"]]}',
        "2:27: $.cells[1][0]: 99999999 is too large; write a number of at most 1000000",
    ),
    "a terrain without a prompt": (
        '{"tilebake": 1, "terrains": {"grass":\n {"weight": 2}}, "cells": [[0, 0, "grass"]]}',
        '2:2: $.terrains.grass: the terrain "grass" has no prompt; add a "prompt" that says '
        "what it looks like, here or in tilebake.toml",
    ),
    "a blank prompt": (
        '{"tilebake": 1, "terrains": {"grass":\n "  "}, "cells": [[0, 0, "grass"]]}',
        '2:2: $.terrains.grass: "  " says nothing; write what it should say, or remove it',
    ),
    "a weight of zero": (
        '{"tilebake": 1, "terrains": {"grass": {"prompt": "x",\n "weight": 0}}}',
        "2:12: $.terrains.grass.weight: 0 is too small; write a number above 0",
    ),
    "a negative weight": (
        '{"tilebake": 1, "terrains": {"grass": {"prompt": "x",\n "weight": -1}}}',
        "2:12: $.terrains.grass.weight: -1 is too small; write a number above 0",
    ),
    "a misspelt grid": (
        HEAD + '"grid": "hexagon"}',
        '2:10: $.grid: "hexagon" is not known here; did you mean "hexagonal"?',
    ),
    "a number for a layout": (
        HEAD + '"layout": 3}',
        '2:12: $.layout: 3 is not known here; write "stacked", "stacked_offset", '
        '"stairs_right", "stairs_down", "diamond_right" or "diamond_down"',
    ),
    "no tiles": (
        HEAD + '"name": "x"}',
        '1:1: $: the map has no tiles; add "rows" with a "legend", or "cells", or "layers"',
    ),
    "rows and cells": (
        HEAD + '"cells": [], "rows": ["."]}',
        '2:2: $.cells: the map has "rows" and "cells"; keep one of them',
    ),
    "no cell": (
        HEAD + '"cells": []}',
        "2:11: $.cells: the map has no tile and no size; add a tile; to paint the base "
        'prompt alone, give the size as "rows" of "."',
    ),
    "a layer with rows and cells": (
        HEAD + '"layers": [{"rows": ["."],\n"cells": []}]}',
        '3:1: $.layers[0].cells: the layer has "rows" and "cells"; keep one of them',
    ),
    "a layer without tiles": (
        HEAD + '"layers": [{}]}',
        '2:13: $.layers[0]: the layer has no tiles; add "rows" or "cells", or remove the layer',
    ),
    "no layers": (
        HEAD + '"layers": []}',
        "2:12: $.layers: a list has too few items; give at least 1",
    ),
    "only empty layers": (
        HEAD + '"layers": [{"cells": []}]}',
        "2:23: $.layers[0].cells: the map has no tile and no size; add a tile; to paint the "
        'base prompt alone, give the size as "rows" of "."',
    ),
    "a cell too short": (
        HEAD + '"cells": [[0, 0]]}',
        "2:12: $.cells[0][2]: item 3 is missing; add it",
    ),
    "a cell too long": (
        HEAD + '"cells": [[0, 0, "grass", 1]]}',
        "2:12: $.cells[0]: a list has too many items; give at most 3",
    ),
    "half a cell": (
        HEAD + '"cells": [[0.5, 0, "grass"]]}',
        "2:13: $.cells[0][0]: 0.5 is not a whole number; write a whole number",
    ),
    "a cell without a terrain": (
        HEAD + '"cells": [{"x": 0, "y": 0}]}',
        '2:12: $.cells[0].terrain: "terrain" is missing; add it',
    ),
    "a text for a cell": (
        HEAD + '"cells": ["grass"]}',
        '2:12: $.cells[0]: "grass" is not a cell, [x, y, "terrain"] or an object {...}; '
        'write a cell, [x, y, "terrain"] or an object {...}',
    ),
    "a cell without a centre among others": (
        HEAD + '"cells": [[0, 0, "grass", 32, 32],\n [1, 0, "grass"]]}',
        "3:2: $.cells[1]: the cell [1, 0] has no centre, unlike those before it; give all "
        "cells of a layer a centre, or none",
    ),
    "a centre that does not fit the grid": (
        HEAD + '"cells": [[0, 0, "grass", 32, 32],\n [1, 0, "grass", 64, 48]]}',
        "3:2: $.cells[1]: the cell [1, 0] has its centre at [64, 48], and the grid has it at "
        '[96, 32]; make "grid", "tile_size", "layout" and "offset_axis" those of the engine',
    ),
    "two characters in the legend": (
        HEAD + '"legend": {"gg": "grass"},\n "rows": ["gg"]}',
        '2:13: $.legend.gg: the key "gg" is more than one sign; write one sign: a letter, a digit, an emoji',
    ),
    "weights that paint nothing": (
        HEAD + '"settings": {"base_prompt_weight": 0,\n "regional_prompt_weight": 0}, "rows": ["."]}',
        "2:14: $.settings: base_prompt_weight and regional_prompt_weight are both 0; give at "
        "least one of them a weight above 0",
    ),
    "a model outside the project": (
        HEAD + '"model": "/etc/x"}',
        '2:11: $.model: "/etc/x" leads outside the project; name it relative to the '
        "project's folder, or give it on the command line instead",
    ),
    "a model on a host": (
        HEAD + '"model": "https://x"}',
        '2:11: $.model: "https://x" leads outside the project; name it relative to the '
        "project's folder, or give it on the command line instead",
    ),
    "a LoRA outside the project": (
        HEAD + '"loras": ["../x.safetensors"]}',
        '2:12: $.loras[0]: "../x.safetensors" leads outside the project; name it relative to '
        "the project's folder, or give it on the command line instead",
    ),
    "a LoRA on a drive": (
        HEAD + '"loras": [{"path": "C:\\\\x"}]}',
        '2:21: $.loras[0].path: "C:\\\\x" leads outside the project; name it relative to the '
        "project's folder, or give it on the command line instead",
    ),
    "a textual inversion outside the project": (
        HEAD + '"embeddings": {"moss-style": "~/x.safetensors"}}',
        '2:31: $.embeddings["moss-style"]: "~/x.safetensors" leads outside the project; name it '
        "relative to the project's folder",
    ),
    "a textual inversion's name of two words": (
        HEAD + '"embeddings": {"moss style": "x.safetensors"}}',
        '2:17: $.embeddings["moss style"]: the key "moss style" is not one word of a prompt; '
        "write letters, digits, _ and - alone, as in mossy-style",
    ),
    "a textual inversion's name twice": (
        HEAD + '"embeddings": {"Moss": "x.safetensors", "moss": "y.safetensors"}}',
        "2:16: $.embeddings: an object has two names that differ in capitals alone; remove one of the two",
    ),
    "a colour's name": (
        HEAD + '"settings": {"palette": ["red"]}}',
        '2:27: $.settings.palette[0]: "red" is not a colour; write it as "#rrggbb"',
    ),
    "a text for rows": (
        HEAD + '"rows": "ggg"}',
        '2:10: $.rows: "ggg" is not a list [...]; write a list [...]',
    ),
    "a list of terrains": (
        '{"tilebake": 1, "terrains": ["grass"]}',
        "1:29: $.terrains: a list is not an object {...}; write an object {...}",
    ),
    "a number for a terrain": (
        '{"tilebake": 1, "terrains": {"a": 3}}',
        "1:35: $.terrains.a: 3 is not a prompt or an object {...}; write a prompt or an object {...}",
    ),
    "null for a seed": (
        HEAD + '"seed": null}',
        "2:10: $.seed: null is not a whole number; write a whole number",
    ),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_a_map_raises_with_its_place_and_a_hint(text: str, message: str) -> None:
    with pytest.raises(MapError) as caught:
        parse_map(text, path=Path("maps/level.json"))
    assert str(caught.value) == f"{Path('maps/level.json')}:{message}"


@pytest.mark.parametrize("blank", ["\t", "\x1f", "\x85", "\u2003", "\ufeff"])
def test_a_prompt_of_white_space_of_any_kind_is_refused(blank: str) -> None:
    with pytest.raises(MapError, match="says nothing"):
        parse_map(json.dumps({"tilebake": 1, "terrains": {"grass": blank}, "cells": [[0, 0, "grass"]]}))
