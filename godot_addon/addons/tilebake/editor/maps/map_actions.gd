@tool
extends RefCounted
## MapActions: what can be done to a map from the dock and the inspector, beyond asking for a bake.

const JsonObject = preload("../backend/json_object.gd")
const MapScene = preload("map_scene.gd")
const RevealCell = preload("reveal_cell.gd")
const SceneSetup = preload("scene_setup.gd")
const Ui = preload("../dock/ui.gd")
## The largest seed that every JSON reader keeps exactly has 53 bits; 31 are plenty, and can be read out loud.
const LARGEST_SEED: int = 2 ** 31 - 1

var _coordinator: TilebakeBakeCoordinator
var _undo: EditorUndoRedoManager


func _init(coordinator: TilebakeBakeCoordinator, undo: EditorUndoRedoManager) -> void:
	_coordinator = coordinator
	_undo = undo


## "Bake this scene": makes the node if there is none, then exports and bakes.
func bake_scene() -> void:
	var root: Node = EditorInterface.get_edited_scene_root()
	if root == null or root.scene_file_path.is_empty():
		_tell("Save the scene first: its map is named after it.")
		return
	if MapScene.painted_in_scene().is_empty():
		var made: BakedTileMap = SceneSetup.set_up(root, _undo)
		if made == null:
			_tell("This scene has no visible TileMapLayer with tiles. Add one, paint tiles, then bake.")
			return
		MapScene.select(made)
	export_scene()


## Writes the map files of the scene that is open, has them painted, and says what is wrong with them.
func export_scene() -> void:
	var root: Node = EditorInterface.get_edited_scene_root()
	if root == null:
		return
	if settle():
		EditorInterface.mark_scene_as_unsaved()
	for export: TilebakeExport in _coordinator.export_scene(root):
		_tell_problems(export, root.get_node(export.node_path) as BakedTileMap)


## Brings the paintings of the scene that is open in order: over their layers, with a map file each. Returns whether
## that changed what is to be saved.
func settle() -> bool:
	var root: Node = EditorInterface.get_edited_scene_root()
	if root == null:
		return false
	var has_changed: bool = TilebakeMapPaths.settle(root)
	for node: BakedTileMap in MapScene.painted_in_scene():
		var before: Transform2D = node.transform
		node.follow_layers()
		has_changed = has_changed or node.transform != before
	return has_changed


## Another seed, hence another picture of the same map.
func re_roll(map_id: String) -> void:
	var node: BakedTileMap = MapScene.open(_coordinator.res_path_of(map_id))
	if node == null:
		_tell("No scene was found for %s. Open the scene and re-roll the seed in the inspector." % map_id)
	else:
		re_roll_node(node)


func re_roll_node(node: BakedTileMap) -> void:
	_undo.create_action("Re-roll the Seed")
	_undo.add_do_property(node, &"bake_seed", randi_range(0, LARGEST_SEED))
	_undo.add_undo_property(node, &"bake_seed", node.bake_seed)
	_undo.commit_action()
	export_scene()


func open_scene(map_id: String) -> void:
	if MapScene.open(_coordinator.res_path_of(map_id)) == null:
		_tell("No scene was found for %s: it may have been moved or renamed." % map_id)


## Opens the folder of a map's picture, or of the map where there is no picture.
func open_folder(view: Dictionary) -> void:
	var texture: String = str(view.get("texture", ""))
	var file: String = texture if not texture.is_empty() else str(view.get("id", ""))
	var path: String = _coordinator.res_path_of(file)
	EditorInterface.select_file(path)
	Ui.open(path.get_base_dir())


## Goes to the scene, and the cell, that a map's mistake is about.
func show_mistake(view: Dictionary) -> void:
	var path: String = _coordinator.res_path_of(str(view.get("id", "")))
	var node: BakedTileMap = MapScene.open(path)
	var mistake: TilebakeMistake = TilebakeMistake.of(view)
	if node == null or mistake == null:
		return
	var map: Dictionary = JsonObject.read(FileAccess.get_file_as_string(path))
	var layers: Array[TileMapLayer] = TilebakeLayerList.of(node)
	if mistake.has_cell(map) and not layers.is_empty():
		# Cells are numbered as on the map's grid, which is that of its first layer.
		RevealCell.show(layers[0], mistake.cell(map))


## Problems stand as warnings at the node. They are said aloud too: each time where they leave no map, else when they
## are new.
func _tell_problems(export: TilebakeExport, node: BakedTileMap) -> void:
	var told: PackedStringArray = []
	for problem: TilebakeProblem in export.problems:
		if problem.is_error() or not export.failed():
			told += PackedStringArray([problem.words()])
	var are_new: bool = node.tell_problems(told)
	if export.failed() or (are_new and not told.is_empty()):
		var more: String = "" if told.size() == 1 else " %d more stand as warnings at %s." % [told.size() - 1, node.name]
		_tell(told[0] + more)


func _tell(words: String) -> void:
	EditorInterface.get_editor_toaster().push_toast("Tilebake: " + words, EditorToaster.SEVERITY_WARNING)
