@tool
extends EditorExportPlugin
## Leave out of the exported game what it does not need: the addon's editor code, maps and records.

const ADDON: String = "res://addons/tilebake/"
## The folders of the addon that the game runs.
const KEPT: PackedStringArray = ["nodes/"]
const ENDINGS: PackedStringArray = [".tilebake.json", ".bake.json"]


func _get_name() -> String:
	return "Tilebake"


func _export_file(path: String, _type: String, _features: PackedStringArray) -> void:
	if leaves_out(path):
		skip()


## Whether a file stays out of the game.
static func leaves_out(path: String) -> bool:
	for ending: String in ENDINGS:
		if path.ends_with(ending):
			return true
	if not path.begins_with(ADDON):
		return false
	for kept: String in KEPT:
		if path.begins_with(ADDON + kept):
			return false
	return true
