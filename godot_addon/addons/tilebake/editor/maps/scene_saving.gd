@tool
extends Node
## Put into each scene that is being saved where its paintings lie, and keep their maps until the save is over.

const TilebakeSignals = preload("../../nodes/signals.gd")

## The maps of the scenes that have been saved, by the ids of the nodes that they are of, which may be gone meanwhile.
var _exports: Dictionary[int, TilebakeExport] = {}
## The files that those scenes had just before: "Save As" gives them others.
var _files: Dictionary[int, String] = {}

var _guess: TilebakeNameGuess


## Take what proposes names to tiles that have none.
func _init(guess: TilebakeNameGuess) -> void:
	_guess = guess


func _enter_tree() -> void:
	TilebakeSignals.on(get_tree().node_added, _on_node_added)


func _exit_tree() -> void:
	get_tree().node_added.disconnect(_on_node_added)


## Listen to the paintings of a scene that was open before this was there.
func watch(nodes: Array[BakedTileMap]) -> void:
	for node: BakedTileMap in nodes:
		_on_node_added(node)


## Return the maps of all scenes saved since the last time, by the ids of their nodes. Those of a scene that was saved under
## another name are made anew: the maps of before are the original's, which stay as they are.
func take() -> Dictionary[int, TilebakeExport]:
	var taken: Dictionary[int, TilebakeExport] = _exports.duplicate()
	for id: int in taken:
		var baked: BakedTileMap = instance_from_id(id) as BakedTileMap if is_instance_id_valid(id) else null
		if baked != null and _root_of(baked).scene_file_path != _files[id]:
			taken[id] = _export(baked)
			EditorInterface.mark_scene_as_unsaved()
	_exports.clear()
	_files.clear()
	return taken


func _on_node_added(node: Node) -> void:
	var baked: BakedTileMap = node as BakedTileMap
	if baked != null and not baked.saving.is_connected(_on_saving):
		TilebakeSignals.on(baked.saving, _on_saving.bind(baked))


func _on_saving(baked: BakedTileMap) -> void:
	if baked not in TilebakeLayerList.baked_in(_root_of(baked)):
		return  # of a scene that is instanced in the saved one
	_exports[baked.get_instance_id()] = _export(baked)
	_files[baked.get_instance_id()] = _root_of(baked).scene_file_path


## Put where a painting lies into its scene, and return its map.
func _export(baked: BakedTileMap) -> TilebakeExport:
	var _settled: bool = TilebakeMapPaths.settle(_root_of(baked))
	var export: TilebakeExport = TilebakeMapExporter.export_map(baked, _guess)
	if not export.has_failed():
		var _changed: Dictionary[StringName, Variant] = TilebakeMapPlacing.place(baked, export)
		TilebakeMapArt.add_to(export, baked, _guess)
	return export


static func _root_of(baked: BakedTileMap) -> Node:
	return baked.owner if baked.owner != null else baked
