@tool
extends RefCounted
## Read the record beside a painting (NAME.bake.json beside NAME.png), which says where it lies.

const TilebakeJsonObject = preload("../backend/views/json_object.gd")


## Return the painting's bounds in map pixels; without area where there is no readable record.
static func bounds_of(texture_path: String) -> Rect2:
	var file: String = texture_path.get_basename() + ".bake.json"
	if not FileAccess.file_exists(file):
		return Rect2()
	var record: Dictionary = TilebakeJsonObject.parse(FileAccess.get_file_as_string(file))
	var bounds: Dictionary = TilebakeJsonObject.inner(record, "bounds")
	var place: Vector2 = Vector2(TilebakeJsonObject.number(bounds, "x"), TilebakeJsonObject.number(bounds, "y"))
	return Rect2(place, Vector2(TilebakeJsonObject.number(bounds, "width"), TilebakeJsonObject.number(bounds, "height")))
