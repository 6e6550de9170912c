@tool
extends RefCounted
## Carry out what the dock and the inspector ask for, beyond a bake: seeds, scenes, folders.

const TilebakeDiagnosticCell = preload("diagnostic_cell.gd")
const TilebakeJsonObject = preload("../backend/views/json_object.gd")
const TilebakeMapScene = preload("map_scene.gd")
const TilebakeRevealCell = preload("reveal_cell.gd")
const TilebakeSceneSetup = preload("scene_setup.gd")
const TilebakeUi = preload("../dock/ui.gd")
## 31 bits are plenty, and can be read out loud; JSON readers would keep up to 53.
const LARGEST_SEED: int = 2 ** 31 - 1

var _coordinator: TilebakeBakeCoordinator
var _undo: EditorUndoRedoManager


func _init(coordinator: TilebakeBakeCoordinator, undo: EditorUndoRedoManager) -> void:
	_coordinator = coordinator
	_undo = undo


## Bake the scene that is open: add the node if there is none, then export and bake.
func bake_scene() -> void:
	var root: Node = EditorInterface.get_edited_scene_root()
	if root == null or root.scene_file_path.is_empty():
		_show_toast("Save the scene first. Its map is named after it.")
		return
	if TilebakeMapScene.paintings_in_scene().is_empty():
		var made: BakedTileMap = TilebakeSceneSetup.set_up(root, _undo, _coordinator.guess)
		if made == null:
			_show_toast("This scene has no visible TileMapLayer with tiles. Add one, paint tiles, then bake.")
			return
		TilebakeMapScene.select(made)
	export_scene()


## Write the map files of the scene that is open, have them painted, and report what is wrong with them.
func export_scene() -> void:
	var root: Node = EditorInterface.get_edited_scene_root()
	if root == null:
		return
	if settle_paintings():
		EditorInterface.mark_scene_as_unsaved()
	for export: TilebakeExport in _coordinator.export_scene(root):
		_show_diagnostics(export, root.get_node(export.node_path) as BakedTileMap)


## Place the paintings of the open scene over their layers, and give each a map file. Returns whether that changed
## what is to be saved.
func settle_paintings() -> bool:
	var root: Node = EditorInterface.get_edited_scene_root()
	if root == null:
		return false
	var has_changed: bool = TilebakeMapPaths.settle(root)
	for node: BakedTileMap in TilebakeMapScene.paintings_in_scene():
		var before: Transform2D = node.transform
		node.follow_layers()
		has_changed = has_changed or node.transform != before
	return has_changed


## Give a map another seed, and so another picture.
func re_roll(map_id: String) -> void:
	var node: BakedTileMap = TilebakeMapScene.open(_coordinator.res_path_of(map_id))
	if node == null:
		_show_toast("No scene was found for %s. Open its scene and re-roll the seed in the inspector." % map_id)
	else:
		re_roll_node(node)


func re_roll_node(node: BakedTileMap) -> void:
	_undo.create_action("Re-roll the Seed")
	_undo.add_do_property(node, &"bake_seed", randi_range(0, LARGEST_SEED))
	_undo.add_undo_property(node, &"bake_seed", node.bake_seed)
	_undo.commit_action()
	export_scene()


func open_scene(map_id: String) -> void:
	if TilebakeMapScene.open(_coordinator.res_path_of(map_id)) == null:
		_show_toast("No scene was found for %s. If it was moved or renamed, open it from the FileSystem dock." % map_id)


## Open the folder of a map's picture, or of the map where there is no picture.
func open_folder(map: TilebakeMapView) -> void:
	var path: String = _coordinator.res_path_of(map.id if map.texture.is_empty() else map.texture)
	EditorInterface.select_file(path)
	TilebakeUi.show_in_folder(path)


## Open the scene, and show the cell, that a map's diagnostic is about.
func show_diagnostic(map: TilebakeMapView) -> void:
	var path: String = _coordinator.res_path_of(map.id)
	var node: BakedTileMap = TilebakeMapScene.open(path)
	if node == null or map.diagnostic == null:
		return
	var json: Dictionary = TilebakeJsonObject.parse(FileAccess.get_file_as_string(path))
	var layers: Array[TileMapLayer] = TilebakeLayerList.of(node)
	for cell: Vector2i in TilebakeDiagnosticCell.find(map.diagnostic.where, json):
		if not layers.is_empty():
			# Cells are numbered as on the map's grid, which is that of its first layer.
			TilebakeRevealCell.show(layers[0], cell)


## Show diagnostics as warnings at the node; in a toast too, each time where they leave no map, else when they are new.
func _show_diagnostics(export: TilebakeExport, node: BakedTileMap) -> void:
	var lines: PackedStringArray = []
	for diagnostic: TilebakeDiagnostic in export.diagnostics:
		if diagnostic.is_error() or not export.has_failed():
			lines += PackedStringArray([diagnostic.line()])
	var are_new: bool = node.set_export_warnings(lines)
	if export.has_failed() or (are_new and not lines.is_empty()):
		var more: String = "" if lines.size() == 1 else " See %d more warnings at %s." % [lines.size() - 1, node.name]
		_show_toast(lines[0] + more)


func _show_toast(text: String) -> void:
	EditorInterface.get_editor_toaster().push_toast("Tilebake: " + text, EditorToaster.SEVERITY_WARNING)
