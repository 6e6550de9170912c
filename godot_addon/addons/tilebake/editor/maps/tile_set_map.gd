@tool
extends RefCounted
## Make the map of a TileSet from the terrains of a painting: those that most of its tiles have.

const LARGEST: int = 4  # terrains of a TileSet
const SMALLEST: int = 2
const ENDING: String = "_tiles"
## What a TileSet takes over from the map of a level.
const SHARED: Array[String] = ["tilebake", "base_prompt", "negative_prompt", "seed"]
## Settings that are about a level as a whole.
const OF_LEVELS: Array[String] = ["transparent", "windows", "window", "page_size", "keep_resolution", "init_strength"]


## Return the map of the TileSet of a level's export, or what is wrong. [param layer] is the name of the layer whose
## terrains count; those of all layers where none has it.
static func make(level: TilebakeExport, layer: String) -> TilebakeExport:
	var made: TilebakeExport = TilebakeExport.new()
	made.node_path = level.node_path
	made.map_path = level.map_path.trim_suffix(TilebakeMapPaths.ENDING) + ENDING + TilebakeMapPaths.ENDING
	if level.has_failed():
		made.diagnostics.append(level.ranked_diagnostics()[0])
		return made
	var size: Array = level.map["tile_size"]
	var terrains: Array[String] = _rank_terrains(level.map, layer)
	if level.map["grid"] != "square" or size[0] != size[1]:
		made.diagnostics.append(TilebakeDiagnostic.error(
			"a TileSet with transitions has square tiles, and this layer has none", "Make it from a layer of square tiles"))
	elif terrains.size() < SMALLEST:
		made.diagnostics.append(TilebakeDiagnostic.error(
			"a TileSet takes two to four terrains, and these tiles have %d" % terrains.size(),
			"Paint tiles of another terrain, or give them other names"))
	else:
		var side: int = size[0]
		made.map = _to_map(level.map, terrains.slice(0, LARGEST), side)
		var refusal: TilebakeDiagnostic = TilebakeMapPlace.refusal(made.map_path)
		if refusal != null:
			made.diagnostics.append(refusal)
	return made


## Return the terrains of a layer, the most frequent first.
static func _rank_terrains(map: Dictionary, layer: String) -> Array[String]:
	var counts: Dictionary[String, int] = {}
	var layers: Array = map["layers"]
	var named: Array = layers.filter(func(entry: Dictionary) -> bool: return entry["name"] == layer)
	for entry: Dictionary in layers if named.is_empty() else named:
		var cells: Array = entry["cells"]
		for cell: Array in cells:
			var terrain: String = cell[2]
			counts[terrain] = counts.get(terrain, 0) + 1
	var terrains: Array[String] = counts.keys()
	terrains.sort_custom(func(a: String, b: String) -> bool: return counts[a] > counts[b] or (counts[a] == counts[b] and a < b))
	return terrains


static func _to_map(level: Dictionary, terrains: Array[String], side: int) -> Dictionary:
	var map: Dictionary = {"tile_size": side, "corners": terrains}
	for key: String in SHARED:
		if level.has(key):
			map[key] = level[key]
	var described: Dictionary = level.get("terrains", {})
	var entries: Dictionary = {}
	for name: String in terrains:
		if described.has(name):
			entries[name] = described[name]
	if not entries.is_empty():
		map["terrains"] = entries
	var given: Dictionary = level.get("settings", {})
	var settings: Dictionary = {}
	for key: String in given:
		if key not in OF_LEVELS:
			settings[key] = given[key]
	if not settings.is_empty():
		map["settings"] = settings
	return map
