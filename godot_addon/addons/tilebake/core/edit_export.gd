@tool
class_name TilebakeEditExport
extends RefCounted
## From what a BakedTileMap keeps of its edit to the "edit" of a map file, and of a trial that the backend is asked for.

const _TERRAINS: String = "terrains"


## The edit of those terrains that the map has; empty where nothing is to change.
static func of(edit: TilebakeEdit, used: Dictionary[String, bool]) -> Dictionary:
	var entries: Dictionary = {}
	if edit == null:
		return entries
	for name: String in edit.terrains:
		var rewrite: TilebakeRewrite = edit.terrains[name]
		if used.has(name) and rewrite != null and not rewrite.is_empty():
			entries[name] = _entry(rewrite)
	if entries.is_empty():
		return entries
	var told: Dictionary = {_TERRAINS: entries}
	if edit.keep_layout != TilebakeEdit.KEEP_LAYOUT:
		told["self_replace_steps"] = _share(edit.keep_layout)
	return told


static func _entry(rewrite: TilebakeRewrite) -> Dictionary:
	var entry: Dictionary = {}
	if not rewrite.prompt.strip_edges().is_empty():
		entry["prompt"] = rewrite.prompt.strip_edges()
	if rewrite.keep_words != TilebakeRewrite.KEEP_WORDS:
		entry["cross_replace_steps"] = _share(rewrite.keep_words)
	var weights: Dictionary = {}
	for word: String in rewrite.weights:
		if rewrite.weights[word] != 1.0:
			weights[word] = _share(rewrite.weights[word])
	if not weights.is_empty():
		entry["reweight"] = weights
		if rewrite.threshold > 0.0:
			entry["threshold"] = _share(rewrite.threshold)
	return entry


## Sliders leave 0.30000000000000004, which nobody wants to read in a map file.
static func _share(value: float) -> float:
	return snappedf(value, 0.001)
