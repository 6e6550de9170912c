@tool
extends RefCounted
## Read the record beside a painting (NAME.bake.json beside NAME.png), which says where it lies.

const JsonObject = preload("../backend/views/json_object.gd")


## Return the painting's bounds in map pixels; without area where there is no readable record.
static func bounds_of(texture_path: String) -> Rect2:
	var file: String = texture_path.get_basename() + ".bake.json"
	if not FileAccess.file_exists(file):
		return Rect2()
	var record: Dictionary = JsonObject.parse(FileAccess.get_file_as_string(file))
	var bounds: Dictionary = JsonObject.inner(record, "bounds")
	var place: Vector2 = Vector2(JsonObject.number(bounds, "x"), JsonObject.number(bounds, "y"))
	return Rect2(place, Vector2(JsonObject.number(bounds, "width"), JsonObject.number(bounds, "height")))
