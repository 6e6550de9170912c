@tool
extends RefCounted
## Read the record beside a painting (NAME.bake.json beside NAME.png), which says where it lies.

const ENDING: String = ".bake.json"


## Return the record's path.
static func path_of(texture_path: String) -> String:
	return texture_path.get_basename() + ENDING


## Return the record; empty where there is no readable one.
static func read(texture_path: String) -> Dictionary:
	var file: String = path_of(texture_path)
	var json: JSON = JSON.new()
	if not FileAccess.file_exists(file) or json.parse(FileAccess.get_file_as_string(file)) != OK:
		return {}
	return json.data if json.data is Dictionary else {}


## Return the painting's bounds in map pixels; without area where there is no readable record.
static func bounds_of(texture_path: String) -> Rect2:
	return bounds_in(read(texture_path))


## Return the bounds that a record holds.
static func bounds_in(record: Dictionary) -> Rect2:
	var bounds: Dictionary = record["bounds"] if record.get("bounds") is Dictionary else {}
	var numbers: Array = ["x", "y", "width", "height"].map(func(key: String) -> Variant: return bounds.get(key))
	if not numbers.all(func(number: Variant) -> bool: return number is float):
		return Rect2()
	var rectangle: PackedFloat64Array = PackedFloat64Array(numbers)
	return Rect2(rectangle[0], rectangle[1], rectangle[2], rectangle[3])
