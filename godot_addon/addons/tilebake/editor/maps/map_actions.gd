@tool
extends RefCounted
## Carry out what the dock and the inspector ask for, beyond a bake: seeds, scenes, folders.

## The maps of the open scene are about to be written: what was saved before is written first, so that the newest stays.
signal exporting

const TilebakeDiagnosticCell = preload("diagnostic_cell.gd")
const TilebakeJsonObject = preload("../backend/views/json_object.gd")
const TilebakeMapScene = preload("map_scene.gd")
const TilebakeRevealCell = preload("reveal_cell.gd")
const TilebakeSceneSetup = preload("scene_setup.gd")
const TilebakeTileSetMap = preload("tile_set_map.gd")
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
	var left: Array[Node] = TilebakeSceneSetup.layers_without(root)
	var is_first: bool = TilebakeMapScene.paintings_in_scene().is_empty()
	var selected: Array[Node] = EditorInterface.get_selection().get_selected_nodes()
	var asked: Array[Node] = left if is_first else left.filter(func(layer: Node) -> bool: return layer in selected)
	var made: Array[BakedTileMap] = TilebakeSceneSetup.set_up(root, asked, _undo, _coordinator.guess)
	if is_first and made.is_empty():
		_show_toast(_why_nothing(root))
		return
	if not made.is_empty():
		TilebakeMapScene.select(made[0])
	export_scene()
	if _coordinator.state().is_problem():
		_show_toast("The map is written, and painted once the backend runs. %s %s" % [
			_coordinator.state().text, _coordinator.state().hint])
	left = TilebakeSceneSetup.layers_without(root)
	if not left.is_empty():
		var what: String = "The layer %s is" % root.get_path_to(left[0])
		if left.size() > 1:
			what = "%d layers, %s among them, are" % [left.size(), root.get_path_to(left[0])]
		_show_toast("%s in no painting. Select it and press Bake Scene to have it painted too." % what)


## Make a TileSet from the terrains of a layer of the scene that is open, and have it painted: a map file of its own,
## which stays as it is once it is there. [param layer] may be a painting, for all of its layers, or null for what is selected.
func make_tile_set(layer: Node) -> void:
	var paintings: Array[BakedTileMap] = TilebakeMapScene.paintings_in_scene()
	if paintings.is_empty():
		_show_toast("Bake the scene first. A TileSet is made from the terrains of its painting.")
		return
	var chosen: Node = layer
	for node: Node in EditorInterface.get_selection().get_selected_nodes() if layer == null else []:
		chosen = node
	var painting: BakedTileMap = paintings[0]
	for each: BakedTileMap in paintings:
		if each == chosen or chosen in each.source_layers():
			painting = each
	var level: TilebakeExport = TilebakeMapExporter.export_map(painting, _coordinator.guess)
	var export: TilebakeExport = TilebakeTileSetMap.make(level, "" if chosen == null else String(chosen.name))
	if not export.has_failed() and FileAccess.file_exists(export.map_path):
		_coordinator.bake(_coordinator.map_id_of(export.map_path), "asked")
		_show_toast("%s is painted as it stands. Change it there, or delete it to make it anew." % export.map_path)
		return
	_coordinator.write_map(export)
	if export.has_failed():
		_show_toast(export.ranked_diagnostics()[0].line())


## Say why no layer of a scene can be painted.
func _why_nothing(root: Node) -> String:
	var scenes: PackedStringArray = TilebakeSceneSetup.painted_instances(root)
	if scenes.is_empty():
		return "This scene has no visible TileMapLayer with tiles. Add one, paint tiles, then bake."
	return "The layers of this scene are painted in scenes of their own. Open %s to bake it." % scenes[0]


## Write the map files of the scene that is open, have them painted, and report what is wrong with them.
func export_scene() -> void:
	var root: Node = EditorInterface.get_edited_scene_root()
	if root == null:
		return
	exporting.emit()
	var has_changed: bool = TilebakeMapPaths.settle(root)
	var exports: Dictionary[int, TilebakeExport] = {}
	for node: BakedTileMap in TilebakeMapScene.paintings_in_scene():
		var export: TilebakeExport = TilebakeMapExporter.export_map(node, _coordinator.guess)
		exports[node.get_instance_id()] = export
		if not export.has_failed():
			has_changed = not TilebakeMapPlacing.place(node, export).is_empty() or has_changed
			TilebakeMapArt.add_to(export, node, _coordinator.guess)
	if has_changed:
		EditorInterface.mark_scene_as_unsaved()
	write_maps(exports)


## Write the maps of exports, have them painted, and report what is wrong with them. Each is that of the node with the id.
func write_maps(exports: Dictionary[int, TilebakeExport]) -> void:
	for id: int in exports:
		_coordinator.write_map(exports[id])
		if is_instance_id_valid(id):
			_show_diagnostics(exports[id], instance_from_id(id) as BakedTileMap)


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
	for diagnostic: TilebakeDiagnostic in export.ranked_diagnostics():
		if diagnostic.is_error() or not export.has_failed():
			lines += PackedStringArray([diagnostic.line()])
	var are_new: bool = node.set_export_warnings(lines)
	if export.has_failed() or (are_new and not lines.is_empty()):
		_show_toast(lines[0] if lines.size() == 1 else "%d warnings at %s, the largest: %s" % [lines.size(), node.name, lines[0]])


func _show_toast(text: String) -> void:
	EditorInterface.get_editor_toaster().push_toast("Tilebake: " + text, EditorToaster.SEVERITY_WARNING)
