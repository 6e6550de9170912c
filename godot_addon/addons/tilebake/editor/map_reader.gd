@tool
extends RefCounted
## Reads map files for the editor: what stands in them, or what is wrong. The backend judges the rest.

## What was read; null after a mistake.
var map: TilebakeMap = null
## What is wrong with the file, with its place and mend; empty where nothing is.
var mistake: String = ""

var _path: String
var _terrains: Dictionary[String, bool] = {}
var _count: int = 0


func _init(path: String) -> void:
	_path = path
	var text: String = FileAccess.get_file_as_string(path)
	var json: JSON = JSON.new()
	if json.parse(text) != OK:
		mistake = "%s:%d: not JSON: %s" % [path, json.get_error_line() + 1, json.get_error_message()]
	elif not json.data is Dictionary:
		mistake = "%s: a map is a JSON object, { ... }" % path
	else:
		var told: Dictionary = json.data
		_read(told)
		map = _made(told, text) if mistake.is_empty() else null


func _read(told: Dictionary) -> void:
	if told.get("tilebake") != 1.0:
		mistake = "%s: $.tilebake is %s: this addon reads maps of version 1" % [_path, told.get("tilebake")]
	elif told.has("layers"):
		_read_layers(told)
	else:
		_read_block(told, told, "$")


func _read_layers(told: Dictionary) -> void:
	if not told["layers"] is Array:
		mistake = "%s: $.layers is no list" % _path
		return
	var layers: Array = told["layers"]
	for index: int in layers.size():
		var place: String = "$.layers[%d]" % index
		if layers[index] is Dictionary:
			var layer: Dictionary = layers[index]
			_read_block(layer, told, place)
		else:
			mistake = "%s: %s is no object" % [_path, place]


## A layer, or a map that has none.
func _read_block(block: Dictionary, told: Dictionary, place: String) -> void:
	for key: String in ["cells", "rows"]:
		if not block.get(key, []) is Array:
			mistake = "%s: %s.%s is no list" % [_path, place, key]
			return
	var cells: Array = block.get("cells", [])
	for index: int in cells.size():
		var terrain: String = _terrain_of(cells[index])
		if terrain.is_empty():
			mistake = "%s: %s.cells[%d] is no cell: write [x, y, \"terrain\"]" % [_path, place, index]
			return
		_take(terrain)
	_read_rows(block, told, place)


func _read_rows(block: Dictionary, told: Dictionary, place: String) -> void:
	var legend: Variant = block.get("legend", told.get("legend", {}))
	if not legend is Dictionary:
		mistake = "%s: %s.legend is no object" % [_path, place]
		return
	var names: Dictionary = legend
	var rows: Array = block.get("rows", [])
	for row: Variant in rows:
		for character: String in str(row):
			if names.get(character) is String:
				_take(str(names[character]))


func _take(terrain: String) -> void:
	_terrains[terrain] = true
	_count += 1


## The terrain that a cell names; empty where that is no cell.
static func _terrain_of(cell: Variant) -> String:
	if cell is Dictionary:
		var entry: Dictionary = cell
		return str(entry.get("terrain", "")) if entry.get("x") is float and entry.get("y") is float else ""
	if not cell is Array:
		return ""
	var list: Array = cell
	var is_cell: bool = list.size() in [3, 5] and list[0] is float and list[1] is float and list[2] is String
	return str(list[2]) if is_cell else ""


func _made(told: Dictionary, text: String) -> TilebakeMap:
	var made: TilebakeMap = TilebakeMap.new()
	made.map_path = _path
	made.texture_path = TilebakeMapPaths.texture_path(_path)
	made.bounds = TilebakeMapBox.of(told)
	made.digest = TilebakeMapWriter.digest(text)
	made.cell_count = _count
	var names: Array[String] = _terrains.keys()
	names.sort()
	made.terrains = PackedStringArray(names)
	return made
