@tool
extends RefCounted
## Find the cell of a map that a diagnostic's place names: `$.layers[0].cells[12]` in its JSON path.

const PATH: String = "(?:\\$\\.layers\\[(?<layer>\\d+)\\]|\\$)\\.cells\\[(?<cell>\\d+)\\]"


## Return that cell, alone in the list; an empty list where the place names none. [param map] is the map file's JSON.
static func find(where: String, map: Dictionary) -> Array[Vector2i]:
	var entry: Array = _entry(where, map)
	if entry.size() < 2 or not (entry[0] is float and entry[1] is float):
		return []
	var x: float = entry[0]
	var y: float = entry[1]
	return [Vector2i(int(x), int(y))]


static func _entry(where: String, map: Dictionary) -> Array:
	var found: RegExMatch = RegEx.create_from_string(PATH).search(where)
	if found == null:
		return []
	var holder: Dictionary = map
	if not found.get_string("layer").is_empty():
		holder = _item(map.get("layers"), found.get_string("layer").to_int(), {})
	return _item(holder.get("cells"), found.get_string("cell").to_int(), [])


static func _item(list: Variant, index: int, otherwise: Variant) -> Variant:
	if list is Array:
		var entries: Array = list
		if index < entries.size() and typeof(entries[index]) == typeof(otherwise):
			return entries[index]
	return otherwise
