@tool
extends RefCounted
## MapReader: reads map files for the editor: what stands in them, or what is wrong.

const MapCheck = preload("map_check.gd")

## What was read; null where something is wrong with the file.
var map: TilebakeMap = null
## What is wrong; null where nothing is.
var problem: TilebakeProblem = null

var _path: String
var _terrains: Dictionary[String, bool] = {}
var _count: int = 0


func _init(path: String) -> void:
	_path = path
	var text: String = FileAccess.get_file_as_string(path)
	var json: JSON = JSON.new()
	if json.parse(text) != OK:
		var place: String = "%s:%d" % [path, json.get_error_line() + 1]
		problem = TilebakeProblem.error("not JSON: %s" % json.get_error_message(), "Mend it, or export it again")
		problem = problem.in_file(place)
	elif not json.data is Dictionary:
		problem = TilebakeProblem.error(
			"a map is a JSON object, and this is %s" % MapCheck.shown(json.data), "Write { ... }"
		).in_file(path)
	else:
		var told: Dictionary = json.data
		_read(told, text)


func _read(told: Dictionary, text: String) -> void:
	problem = MapCheck.new(told).problem
	if problem != null:
		problem = problem.in_file(_path)
		return
	var blocks: Array = told.get("layers", [told])
	for block: Dictionary in blocks:
		_read_cells(block)
		_read_rows(block, told)
	map = _made(told, text)


func _read_cells(block: Dictionary) -> void:
	var cells: Array = block.get("cells", [])
	for cell: Variant in cells:
		if cell is Array:
			var list: Array = cell
			_take(str(list[2]))
		else:
			var entry: Dictionary = cell
			_take(str(entry["terrain"]))


func _read_rows(block: Dictionary, told: Dictionary) -> void:
	var legend: Variant = told.get("legend") if block.get("legend") == null else block["legend"]
	var names: Dictionary = legend if legend is Dictionary else {}
	var rows: Array = block.get("rows", [])
	for row: String in rows:
		for character: String in row:
			if names.get(character) is String:
				_take(str(names[character]))


func _take(terrain: String) -> void:
	_terrains[terrain] = true
	_count += 1


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
