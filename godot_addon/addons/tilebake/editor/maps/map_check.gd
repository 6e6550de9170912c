@tool
extends RefCounted
## Check that a map file is built as a map is, so that it can be read safely.
##
## The backend checks the rest: its prompts, and whether its tiles go together.

const LARGEST_TILE: float = 4096.0  # pixels
const FARTHEST: float = 1e6  # column or row
const OF_TILE_SETS: Array[String] = ["corners", "blob"]  # keys that a map of tiles has not
const LONGEST: int = 80  # characters of a value that is shown

const _TILE_SIZE: String = "Write a whole number from 1 to 4096, or two of them: [32, 16]"
const _ORIGIN: String = "Write the column and row of the first character: [0, 0]"
const _CELL: String = "Write [x, y, \"terrain\"], or [x, y, \"terrain\", centre x, centre y]"
const _TERRAINS: String = "Write the names of its terrains: [\"grass\", \"water\"]"
const _LEGEND: String = "Write what each character means: {\"g\": \"grass\", \".\": null}"
const _ROWS: String = "Write one text a row, one character a tile: [\"gg.\", \"ggg\"]"

## The first thing that is wrong; null where nothing is.
var diagnostic: TilebakeDiagnostic = null


func _init(map: Dictionary) -> void:
	_check_head(map)
	for key: String in OF_TILE_SETS:
		_check_list(map, "$", key, func(name: Variant) -> bool: return name is String, "name", _TERRAINS)
	if not map.has("layers"):
		_check_block(map, "$")
		return
	_check_shared(map, "$")
	if not _expect("$.layers", map["layers"], map["layers"] is Array, "list", "Write [{\"cells\": []}]"):
		return
	var layers: Array = map["layers"]
	for index: int in layers.size():
		var place: String = "$.layers[%d]" % index
		if _expect(place, layers[index], layers[index] is Dictionary, "layer", "Write {\"cells\": []}"):
			var layer: Dictionary = layers[index]
			_check_block(layer, place)


func _check_head(map: Dictionary) -> void:
	var version: Variant = map.get("tilebake")
	if not (_is_whole(version) and int(str(version)) == 1):
		diagnostic = TilebakeDiagnostic.error(
			"$.tilebake is %s" % format_value(version), "Write 1: this addon reads maps of version 1"
		)
	for key: String in ["grid", "layout", "offset_axis"]:
		if map.has(key):
			var names: Array[String] = {
				"grid": TilebakeLayerGrid.SHAPES, "layout": TilebakeLayerGrid.LAYOUTS, "offset_axis": TilebakeLayerGrid.AXES
			}[key]
			var is_known: bool = map[key] is String and map[key] in names
			var _holds: bool = _expect("$." + key, map[key], is_known, key, "Write one of %s" % ", ".join(names))
	if map.has("tile_size"):
		var size: Variant = map["tile_size"]
		var sides: Array = size if size is Array else [size, size]
		var is_size: bool = sides.size() == 2 and sides.all(_is_side)
		var _holds: bool = _expect("$.tile_size", size, is_size, "tile size", _TILE_SIZE)


## Check a layer, or a map that has no layers.
func _check_block(block: Dictionary, place: String) -> void:
	_check_shared(block, place)
	var weight: Variant = block.get("weight", 1.0)
	var _holds: bool = _expect(place + ".weight", weight, _is_number(weight), "number", "Write a number from 0 to 1")
	_check_list(block, place, "rows", func(row: Variant) -> bool: return row is String, "text", _ROWS)
	_check_list(block, place, "cells", _is_cell, "cell", _CELL)


## Check what layers may leave to the map.
func _check_shared(block: Dictionary, place: String) -> void:
	var origin: Variant = block.get("origin")
	var _holds: bool = _expect(
		place + ".origin", origin, origin == null or _is_place(origin, 2), "cell", _ORIGIN
	)
	var legend: Variant = block.get("legend")
	_holds = _expect(place + ".legend", legend, legend == null or legend is Dictionary, "object", _LEGEND)
	var names: Dictionary = legend if legend is Dictionary else {}
	for character: String in names:
		var name: Variant = names[character]
		var is_entry: bool = character.length() == 1 and (name == null or name is String)
		_holds = _expect("%s.legend[%s]" % [place, format_value(character)], name, is_entry, "legend entry", _LEGEND)


func _check_list(
	block: Dictionary, place: String, key: String, is_item: Callable, noun: String, hint: String
) -> void:
	if not block.has(key) or not _expect("%s.%s" % [place, key], block[key], block[key] is Array, "list", hint):
		return
	var items: Array = block[key]
	for index: int in items.size():
		if not is_item.call(items[index]):
			var _holds: bool = _expect("%s.%s[%d]" % [place, key, index], items[index], false, noun, hint)
			return


## Report a value that is wrong, unless something is reported already. Returns [param holds].
func _expect(place: String, value: Variant, holds: bool, noun: String, hint: String) -> bool:
	if not holds and diagnostic == null:
		var article: String = "an" if noun[0] in "aeiou" else "a"
		var what: String = "%s is not %s %s: %s" % [place, article, noun, format_value(value)]
		diagnostic = TilebakeDiagnostic.error(what, hint)
	return holds


## Return a value as the file has it, shortened where it is long.
static func format_value(value: Variant) -> String:
	var text: String = JSON.stringify(_restore_integers(value))
	return text if text.length() <= LONGEST else text.left(LONGEST) + "..."


## Undo that the engine reads every number as a float, which would show 4 as 4.0.
static func _restore_integers(value: Variant) -> Variant:
	if value is float:
		return int(str(value)) if _is_whole(value) else value
	if value is Array:
		var list: Array = value
		return list.map(_restore_integers)
	if value is Dictionary:
		var object: Dictionary = value
		var written: Dictionary = {}
		for key: String in object:
			written[key] = _restore_integers(object[key])
		return written
	return value


static func _is_cell(cell: Variant) -> bool:
	if cell is Dictionary:
		var entry: Dictionary = cell
		var centre: Variant = entry.get("centre")
		return (
			_is_place([entry.get("x"), entry.get("y")], 2)
			and entry.get("terrain") is String
			and (centre == null or _is_point(centre))
		)
	if not cell is Array:
		return false
	var list: Array = cell
	if not list.size() in [3, 5] or not _is_place(list, list.size()) or not list[2] is String:
		return false
	return list.size() == 3 or _is_point(list.slice(3))


static func _is_place(value: Variant, length: int) -> bool:
	if not value is Array:
		return false
	var list: Array = value
	return list.size() == length and list.slice(0, 2).all(_is_whole)


static func _is_point(value: Variant) -> bool:
	if not value is Array:
		return false
	var list: Array = value
	return list.size() == 2 and list.all(_is_number)


static func _is_side(value: Variant) -> bool:
	if not _is_whole(value):
		return false
	var side: float = value
	return side >= 1.0 and side <= LARGEST_TILE


static func _is_whole(value: Variant) -> bool:
	if not _is_number(value):
		return false
	var number: float = value
	return number == floorf(number) and absf(number) <= FARTHEST


static func _is_number(value: Variant) -> bool:
	if not (value is float or value is int):
		return false
	var number: float = value
	return is_finite(number)
