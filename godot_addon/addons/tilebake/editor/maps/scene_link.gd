@tool
extends Node
## Keep the BakedTileMap nodes of the scene being edited in step with the backend.
##
## New paintings are shown, states become warnings at the nodes, and painted tiles are hidden unless their layers are
## selected. A painting that lies over its layers is transparent meanwhile.

const TilebakeBakeRecord = preload("../../nodes/bake_record.gd")
const TilebakeMapScene = preload("map_scene.gd")
const TilebakeSignals = preload("../../nodes/signals.gd")
## The share of a painting's opacity while the tiles under it are selected.
const SEEN_THROUGH: float = 0.35
const STATES: Dictionary[TilebakeMapView.State, BakedTileMap.State] = {
	TilebakeMapView.State.UP_TO_DATE: BakedTileMap.State.UP_TO_DATE,
	TilebakeMapView.State.STALE: BakedTileMap.State.STALE,
	TilebakeMapView.State.WAITING: BakedTileMap.State.WAITING,
	TilebakeMapView.State.BAKING: BakedTileMap.State.BAKING,
	TilebakeMapView.State.FAILED: BakedTileMap.State.FAILED,
}

var _coordinator: TilebakeBakeCoordinator


func _init(coordinator: TilebakeBakeCoordinator) -> void:
	_coordinator = coordinator


func _enter_tree() -> void:
	TilebakeSignals.on(_coordinator.texture_ready, _on_texture_ready)
	TilebakeSignals.on(_coordinator.map_changed, _on_map_changed)
	TilebakeSignals.on(_coordinator.state_changed, _on_state_changed)
	TilebakeSignals.on(EditorInterface.get_selection().selection_changed, _on_selection_changed)


func _exit_tree() -> void:
	_coordinator.texture_ready.disconnect(_on_texture_ready)
	_coordinator.map_changed.disconnect(_on_map_changed)
	_coordinator.state_changed.disconnect(_on_state_changed)
	EditorInterface.get_selection().selection_changed.disconnect(_on_selection_changed)


## Return the share of a painting's opacity: less than 1 while one of its layers is selected, to be edited.
static func opacity_of(node: BakedTileMap) -> float:
	var layers: Array[Node] = node.source_layers()
	var selected: Array[Node] = EditorInterface.get_selection().get_selected_nodes()
	return SEEN_THROUGH if selected.any(func(each: Node) -> bool: return each in layers) else 1.0


## Update the nodes of a scene that was just opened or shown.
func refresh() -> void:
	_warn_while_offline(_coordinator.state())
	for map: TilebakeMapView in _coordinator.maps():
		_on_map_changed(map)
		if not map.texture.is_empty():
			_on_texture_ready(map.id, _coordinator.res_path_of(map.texture))
	_on_selection_changed()


func _on_texture_ready(map_id: String, texture_path: String) -> void:
	for node: BakedTileMap in TilebakeMapScene.paintings_of_map(_coordinator.res_path_of(map_id)):
		_show(node, TilebakePagedTexture.open(texture_path), TilebakeBakeRecord.bounds_of(texture_path))


func _show(node: BakedTileMap, texture: Texture2D, bounds: Rect2) -> void:
	if texture == null or not bounds.has_area():
		return
	var before: Array[Variant] = [node.texture, node.transform, node.map_bounds]
	node.show_bake(texture, bounds)
	if before != [node.texture, node.transform, node.map_bounds]:
		EditorInterface.mark_scene_as_unsaved()
	_on_selection_changed()


func _on_map_changed(map: TilebakeMapView) -> void:
	var state: BakedTileMap.State = STATES.get(map.state, BakedTileMap.State.NONE)
	for node: BakedTileMap in TilebakeMapScene.paintings_of_map(_coordinator.res_path_of(map.id)):
		node.set_bake_state(state, _warning_of(map))


func _warning_of(map: TilebakeMapView) -> String:
	match map.state:
		TilebakeMapView.State.STALE:
			return "The picture is stale: %s." % ("the tiles have changed" if map.reason.is_empty() else map.reason)
		TilebakeMapView.State.WAITING:
			return "The picture will be painted soon."
		TilebakeMapView.State.BAKING:
			return "The picture is being painted."
		TilebakeMapView.State.FAILED when map.diagnostic == null:
			return "Painting failed."
		TilebakeMapView.State.FAILED:
			return "Painting failed: %s\n%s" % [map.diagnostic.summary(), map.diagnostic.where]
	return ""


## Warn at every node while the backend is away: no picture is stale because of it, but none will be painted.
func _on_state_changed(state: TilebakeBackendState) -> void:
	if state.is_problem():
		_warn_while_offline(state)
	else:
		refresh()


func _warn_while_offline(state: TilebakeBackendState) -> void:
	if not state.is_problem():
		return
	for node: BakedTileMap in TilebakeMapScene.paintings_in_scene():
		node.set_bake_state(BakedTileMap.State.OFFLINE, "Nothing is painted. %s %s" % [state.text, state.hint])


func _on_selection_changed() -> void:
	for node: BakedTileMap in TilebakeMapScene.paintings_in_scene():
		node.see_through(opacity_of(node))
		node.cover_tiles(opacity_of(node) == 1.0)
