@tool
extends RefCounted
## Read map files for the editor: what is in them, or what is wrong with them.

const TilebakeMapCheck = preload("map_check.gd")

## What was read; null where something is wrong with the file.
var map: TilebakeMap = null
## What is wrong; null where nothing is.
var diagnostic: TilebakeDiagnostic = null

var _path: String
var _terrains: Dictionary[String, bool] = {}
var _count: int = 0


func _init(path: String) -> void:
	_path = path
	var text: String = FileAccess.get_file_as_string(path)
	var json: JSON = JSON.new()
	if json.parse(text) != OK:
		var place: String = "%s:%d" % [path, json.get_error_line() + 1]
		diagnostic = TilebakeDiagnostic.error("not JSON: %s" % json.get_error_message(), "Correct it, or export it again")
		diagnostic = diagnostic.in_file(place)
	elif not json.data is Dictionary:
		diagnostic = TilebakeDiagnostic.error(
			"a map is a JSON object, but this is %s" % TilebakeMapCheck.format_value(json.data), "Write { ... }"
		).in_file(path)
	else:
		var object: Dictionary = json.data
		_read(object, text)


func _read(object: Dictionary, text: String) -> void:
	diagnostic = TilebakeMapCheck.new(object).diagnostic
	if diagnostic != null:
		diagnostic = diagnostic.in_file(_path)
		return
	var blocks: Array = object.get("layers", [object])
	for block: Dictionary in blocks:
		_read_cells(block)
		_read_rows(block, object)
	map = _make_map(object, text)
	for key: String in TilebakeMapCheck.OF_TILE_SETS:
		if object.has(key):
			var names: Array = object[key]
			map.terrains = PackedStringArray(names)
			map.tile_set_path = TilebakeMapPaths.tile_set_path(map.texture_path)


func _read_cells(block: Dictionary) -> void:
	var cells: Array = block.get("cells", [])
	for cell: Variant in cells:
		if cell is Array:
			var list: Array = cell
			_count_cell(str(list[2]))
		else:
			var entry: Dictionary = cell
			_count_cell(str(entry["terrain"]))


func _read_rows(block: Dictionary, object: Dictionary) -> void:
	var legend: Variant = object.get("legend") if block.get("legend") == null else block["legend"]
	var names: Dictionary = legend if legend is Dictionary else {}
	var rows: Array = block.get("rows", [])
	for row: String in rows:
		for character: String in row:
			if names.get(character) is String:
				_count_cell(str(names[character]))


func _count_cell(terrain: String) -> void:
	_terrains[terrain] = true
	_count += 1


func _make_map(object: Dictionary, text: String) -> TilebakeMap:
	var made: TilebakeMap = TilebakeMap.new()
	made.map_path = _path
	made.texture_path = TilebakeMapPaths.texture_path(_path)
	made.bounds = TilebakeMapBox.measure(object)
	made.digest = TilebakeMapWriter.digest(text)
	made.cell_count = _count
	var names: Array[String] = _terrains.keys()
	names.sort()
	made.terrains = PackedStringArray(names)
	return made
