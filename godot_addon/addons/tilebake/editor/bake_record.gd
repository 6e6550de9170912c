@tool
extends RefCounted
## BakeRecord: where a painting lies, as the record beside it says (NAME.bake.json beside NAME.png).


## The painting's bounds in map pixels; without area where there is no readable record.
static func bounds_of(texture_path: String) -> Rect2:
	var file: String = texture_path.get_basename() + ".bake.json"
	if not FileAccess.file_exists(file):
		return Rect2()
	var record: Dictionary = _dictionary(JSON.parse_string(FileAccess.get_file_as_string(file)))
	var bounds: Dictionary = _dictionary(record.get("bounds"))
	return Rect2(_number(bounds, "x"), _number(bounds, "y"), _number(bounds, "width"), _number(bounds, "height"))


static func _dictionary(value: Variant) -> Dictionary:
	return value if value is Dictionary else {}


static func _number(bounds: Dictionary, key: String) -> float:
	var value: Variant = bounds.get(key)
	if value is float:
		var number: float = value
		return number
	return 0.0
