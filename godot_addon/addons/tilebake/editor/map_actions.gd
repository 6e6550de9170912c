@tool
extends RefCounted
## MapActions: what can be done to a map from the dock and the inspector, beyond asking for a bake.

const MapScene = preload("map_scene.gd")
const SceneSetup = preload("scene_setup.gd")
const ViewportSpot = preload("viewport_spot.gd")
const Ui = preload("dock/ui.gd")
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
	for export: TilebakeExport in _coordinator.export_scene(root):
		for problem: TilebakeProblem in export.problems:
			_tell(problem.words())


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
	var read: Variant = JSON.parse_string(FileAccess.get_file_as_string(path))
	if read is not Dictionary:
		return
	var map: Dictionary = read
	if mistake.has_cell(map):
		# Cells are numbered as on the map's grid, which is that of its first layer.
		ViewportSpot.show(TilebakeLayerList.of(node)[0], mistake.cell(map))


func _tell(words: String) -> void:
	EditorInterface.get_editor_toaster().push_toast("Tilebake: " + words, EditorToaster.SEVERITY_WARNING)
