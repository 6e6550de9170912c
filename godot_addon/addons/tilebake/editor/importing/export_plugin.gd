@tool
extends EditorExportPlugin
## Leave out of the exported game what it does not need: the addon's editor code, maps, their art and records.
##
## The pages of large paintings are no imported textures, so they are added, for each scene that shows them, together with a
## record that says no more than where they lie.

const TilebakeBakeRecord = preload("../../nodes/bake_record.gd")

const ADDON: String = "res://addons/tilebake/"
## The folders of the addon that the game runs.
const KEPT: PackedStringArray = ["nodes/"]
const ENDINGS: PackedStringArray = [".tilebake.json", TilebakeArtFile.ENDING, TilebakeBakeRecord.ENDING]

var _added: Dictionary[String, bool] = {}  # pictures whose pages are in the game


func _get_name() -> String:
	return "Tilebake"


func _export_begin(_features: PackedStringArray, _is_debug: bool, _path: String, _flags: int) -> void:
	_added.clear()


func _export_file(path: String, type: String, _features: PackedStringArray) -> void:
	if leaves_out(path) or _is_page(path):
		skip()
	elif type == "PackedScene":
		for picture: String in pictures_in(load(path) as PackedScene):
			_add_pages(picture)


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


## Return the paintings that the nodes of a scene name.
static func pictures_in(scene: PackedScene) -> PackedStringArray:
	var found: PackedStringArray = []
	var state: SceneState = scene.get_state()
	for node: int in state.get_node_count():
		for property: int in state.get_node_property_count(node):
			if state.get_node_property_name(node, property) == &"picture":
				found += PackedStringArray([str(state.get_node_property_value(node, property))])
	return found


## Whether a file is a page, which the editor may have imported too.
static func _is_page(path: String) -> bool:
	var folder: String = path.get_base_dir()
	if not folder.ends_with(TilebakePageManifest.FOLDER):
		return false
	var manifest: TilebakePageManifest = TilebakePageManifest.read(folder.trim_suffix(TilebakePageManifest.FOLDER) + ".png")
	return manifest != null and path in manifest.paths


func _add_pages(picture: String) -> void:
	var manifest: TilebakePageManifest = TilebakePageManifest.read(picture)
	if manifest == null or picture in _added:
		return
	_added[picture] = true
	var record: Dictionary = TilebakeBakeRecord.read(picture)
	var place: Dictionary = {"bounds": record["bounds"], "pages": record["pages"]}
	add_file(TilebakeBakeRecord.path_of(picture), JSON.stringify(place).to_utf8_buffer(), false)
	for path: String in manifest.paths:
		if not FileAccess.file_exists(path):
			push_error("Tilebake: the page %s is missing. Run `tilebake bake`, and export again." % path)
		else:
			add_file(path, FileAccess.get_file_as_bytes(path), false)
