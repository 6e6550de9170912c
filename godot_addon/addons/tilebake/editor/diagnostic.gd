@tool
class_name TilebakeMistake
extends RefCounted
## TilebakeMistake: what went wrong with a map, as the backend says it, and the cell it stands at.

## Where cells stand in a map file's JSON path.
const CELL_PATH: String = "(?:\\$\\.layers\\[(?<layer>\\d+)\\]|\\$)\\.cells\\[(?<cell>\\d+)\\]"

var what: String
var where: String
var hint: String


## The mistake of a MapView or JobView of the backend's API; null where there is none.
static func of(view: Dictionary) -> TilebakeMistake:
	var told: Variant = view.get("diagnostic")
	if told is not Dictionary:
		return null
	var entry: Dictionary = told
	var mistake: TilebakeMistake = TilebakeMistake.new()
	mistake.what = str(entry.get("what", ""))
	mistake.where = str(entry.get("where", ""))
	mistake.hint = str(entry.get("hint", ""))
	return mistake


## One that the addon finds itself.
static func said(its_what: String, its_hint: String) -> TilebakeMistake:
	var mistake: TilebakeMistake = TilebakeMistake.new()
	mistake.what = its_what
	mistake.hint = its_hint
	return mistake


## In words: what it is, and what to do.
func words() -> String:
	return what if hint.is_empty() else "%s: %s" % [what, hint]


## Whether it stands at one cell of the map.
func has_cell(map: Dictionary) -> bool:
	var entry: Array = _entry(map)
	return entry.size() >= 2 and entry[0] is float and entry[1] is float


## The cell that it stands at.
func cell(map: Dictionary) -> Vector2i:
	var entry: Array = _entry(map)
	var x: float = entry[0]
	var y: float = entry[1]
	return Vector2i(int(x), int(y))


func _entry(map: Dictionary) -> Array:
	var found: RegExMatch = RegEx.create_from_string(CELL_PATH).search(where)
	if found == null:
		return []
	var holder: Dictionary = map
	if not found.get_string("layer").is_empty():
		holder = _item(map.get("layers"), found.get_string("layer").to_int(), {})
	var cells: Variant = holder.get("cells")
	return _item(cells, found.get_string("cell").to_int(), [])


func _item(list: Variant, index: int, otherwise: Variant) -> Variant:
	if list is Array:
		var entries: Array = list
		if index < entries.size() and typeof(entries[index]) == typeof(otherwise):
			return entries[index]
	return otherwise
