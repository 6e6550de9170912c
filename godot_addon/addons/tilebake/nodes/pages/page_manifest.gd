@tool
class_name TilebakePageManifest
extends RefCounted
## List the pages of one bake of a large map: NAME.bake.json names them, and they lie in the folder NAME.pages.
##
## The record holds [code]"pages": {"width": 6400, "height": 3840, "files": [{"file": "….png", "x": 0, "y": 0, "width": 4096,
## "height": 3840}, …]}[/code], in pixels of the whole picture. Each file is named after its content.

const TilebakeBakeRecord = preload("../bake_record.gd")

const FOLDER: String = ".pages"

## Pixels of the whole picture.
var size: Vector2i = Vector2i.ZERO
## Where the picture lies, in map pixels.
var bounds: Rect2 = Rect2()
## The path of each page.
var paths: PackedStringArray = []
## The pixels of the picture that each page shows.
var areas: Array[Rect2i] = []


## Return the pages of a painting; null where it is one picture, and where there is none.
static func read(texture_path: String) -> TilebakePageManifest:
	var record: Dictionary = TilebakeBakeRecord.read(texture_path)
	var manifest: TilebakePageManifest = TilebakePageManifest.new()
	manifest.bounds = TilebakeBakeRecord.bounds_in(record)
	var pages: Dictionary = record["pages"] if record.get("pages") is Dictionary else {}
	manifest._take(pages, texture_path.get_basename() + FOLDER)
	return manifest if manifest.bounds.has_area() and not manifest.paths.is_empty() else null


## Whether both show the same pages in the same places.
func is_same_as(other: TilebakePageManifest) -> bool:
	return size == other.size and bounds == other.bounds and paths == other.paths and areas == other.areas


## Return the paths of the pages that show some of an area, given in map pixels and grown by so many pages. Those nearest to
## its middle come first.
func paths_in(area: Rect2, margin: int) -> PackedStringArray:
	var seen: Rect2 = (_pixels_to_map().affine_inverse() * area).grow(margin * _longest_side())
	var middle: Vector2 = seen.get_center()
	var near: Array = range(paths.size()).filter(func(page: int) -> bool: return seen.intersects(Rect2(areas[page])))
	near.sort_custom(func(a: int, b: int) -> bool: return _distance(a, middle) < _distance(b, middle))
	return PackedStringArray(near.map(func(page: int) -> String: return paths[page]))


## Return an area of the picture in map pixels.
func to_map(area: Rect2) -> Rect2:
	return _pixels_to_map() * area


func _pixels_to_map() -> Transform2D:
	return Transform2D(0.0, bounds.size / Vector2(size), 0.0, bounds.position)


func _longest_side() -> int:
	var longest: int = 0
	for area: Rect2i in areas:
		longest = maxi(longest, area.size[area.size.max_axis_index()])
	return longest


func _distance(page: int, place: Vector2) -> float:
	return Rect2(areas[page]).get_center().distance_squared_to(place)


## Take the pages that a record lists. A name that leads out of the folder is none.
func _take(listed: Dictionary, folder: String) -> void:
	size = Vector2i(_whole(listed, "width"), _whole(listed, "height"))
	var pages: Array = listed["files"] if listed.get("files") is Array else []
	for page: Variant in pages:
		var held: Dictionary = page if page is Dictionary else {}
		var name: String = str(held.get("file", ""))
		if name.is_valid_filename():
			var _full: bool = paths.append(folder.path_join(name))
			areas.append(Rect2i(_whole(held, "x"), _whole(held, "y"), _whole(held, "width"), _whole(held, "height")))


static func _whole(json: Dictionary, key: String) -> int:
	var number: float = json[key] if json.get(key) is float else 0.0
	return roundi(number)
