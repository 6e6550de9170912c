@tool
class_name TilebakeEditExport
extends RefCounted
## Turn the edit of a BakedTileMap into the "edit" of a map file and of a trial.

const _TERRAINS: String = "terrains"


## Make the JSON of an edit, with those terrains that the map has; empty where nothing changes.
static func to_json(edit: TilebakeEdit, used: Dictionary[String, bool]) -> Dictionary:
	var entries: Dictionary = {}
	if edit == null:
		return entries
	for name: String in edit.terrains:
		var rewrite: TilebakeRewrite = edit.terrains[name]
		if used.has(name) and rewrite != null and not rewrite.is_empty():
			entries[name] = _entry_of(rewrite)
	if entries.is_empty():
		return entries
	var json: Dictionary = {_TERRAINS: entries}
	if edit.keep_layout != TilebakeEdit.KEEP_LAYOUT:
		json["self_replace_steps"] = _round(edit.keep_layout)
	return json


static func _entry_of(rewrite: TilebakeRewrite) -> Dictionary:
	var entry: Dictionary = {}
	if not rewrite.prompt.strip_edges().is_empty():
		entry["prompt"] = rewrite.prompt.strip_edges()
	if rewrite.keep_words != TilebakeRewrite.KEEP_WORDS:
		entry["cross_replace_steps"] = _round(rewrite.keep_words)
	var weights: Dictionary = {}
	for word: String in rewrite.weights:
		if rewrite.weights[word] != 1.0:
			weights[word] = _round(rewrite.weights[word])
	if not weights.is_empty():
		entry["reweight"] = weights
		if rewrite.threshold > 0.0:
			entry["threshold"] = _round(rewrite.threshold)
	return entry


## Round to three digits: sliders leave 0.30000000000000004, which nobody wants to read in a map file.
static func _round(value: float) -> float:
	return snappedf(value, 0.001)
