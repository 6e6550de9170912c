@tool
extends RefCounted
## Read the record beside a painting (NAME.bake.json beside NAME.png), which says where it lies.


## Return the painting's bounds in map pixels; without area where there is no readable record.
static func bounds_of(texture_path: String) -> Rect2:
	var file: String = texture_path.get_basename() + ".bake.json"
	var json: JSON = JSON.new()
	if not FileAccess.file_exists(file) or json.parse(FileAccess.get_file_as_string(file)) != OK:
		return Rect2()
	var record: Dictionary = json.data if json.data is Dictionary else {}
	var bounds: Dictionary = record["bounds"] if record.get("bounds") is Dictionary else {}
	var numbers: Array = ["x", "y", "width", "height"].map(func(key: String) -> Variant: return bounds.get(key))
	if not numbers.all(func(number: Variant) -> bool: return number is float):
		return Rect2()
	var rectangle: PackedFloat64Array = PackedFloat64Array(numbers)
	return Rect2(rectangle[0], rectangle[1], rectangle[2], rectangle[3])
