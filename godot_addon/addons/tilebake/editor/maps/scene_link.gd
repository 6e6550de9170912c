@tool
extends Node
## SceneLink: keeps the BakedTileMap nodes of the scene being edited in step with the backend.
##
## New paintings are shown, states become warnings at the nodes, and while tiles are being painted
## the picture over them is seen through.

const BakeRecord = preload("../importing/bake_record.gd")
const MapScene = preload("map_scene.gd")
const Signals = preload("../../core/signals.gd")
## How much of a painting shows while the tiles under it are selected.
const SEEN_THROUGH: float = 0.35
const STATES: Dictionary[String, BakedTileMap.State] = {
	"up to date": BakedTileMap.State.UP_TO_DATE,
	"stale": BakedTileMap.State.STALE,
	"waiting": BakedTileMap.State.WAITING,
	"baking": BakedTileMap.State.BAKING,
	"failed": BakedTileMap.State.FAILED,
}

var _coordinator: TilebakeBakeCoordinator


func _init(coordinator: TilebakeBakeCoordinator) -> void:
	_coordinator = coordinator


func _enter_tree() -> void:
	Signals.on(_coordinator.texture_ready, _on_texture_ready)
	Signals.on(_coordinator.map_changed, _on_map_changed)
	Signals.on(_coordinator.state_changed, _on_state_changed)
	Signals.on(EditorInterface.get_selection().selection_changed, _on_selection_changed)


func _exit_tree() -> void:
	_coordinator.texture_ready.disconnect(_on_texture_ready)
	_coordinator.map_changed.disconnect(_on_map_changed)
	_coordinator.state_changed.disconnect(_on_state_changed)
	EditorInterface.get_selection().selection_changed.disconnect(_on_selection_changed)


## Brings the nodes of a scene that was just opened or shown up to date.
func refresh() -> void:
	for view: Dictionary in _coordinator.maps():
		_on_map_changed(view)
		var texture: String = str(view.get("texture", ""))
		if not texture.is_empty():
			_on_texture_ready(str(view.get("id", "")), _coordinator.res_path_of(texture))


func _on_texture_ready(map_id: String, texture_path: String) -> void:
	if not ResourceLoader.exists(texture_path):
		return
	for node: BakedTileMap in MapScene.painted_by(_coordinator.res_path_of(map_id)):
		_show(node, load(texture_path) as Texture2D, BakeRecord.bounds_of(texture_path))


func _show(node: BakedTileMap, texture: Texture2D, bounds: Rect2) -> void:
	if texture == null or not bounds.has_area():
		return
	var before: Array[Variant] = [node.texture, node.transform, node.map_bounds]
	node.show_bake(texture, bounds)
	if before != [node.texture, node.transform, node.map_bounds]:
		EditorInterface.mark_scene_as_unsaved()


func _on_map_changed(view: Dictionary) -> void:
	var state: BakedTileMap.State = STATES.get(str(view.get("state", "")), BakedTileMap.State.NONE)
	for node: BakedTileMap in MapScene.painted_by(_coordinator.res_path_of(str(view.get("id", "")))):
		node.tell(state, _words(view, state))


func _words(view: Dictionary, state: BakedTileMap.State) -> String:
	match state:
		BakedTileMap.State.STALE:
			return "The picture is stale: %s." % str(view.get("reason", "the tiles have changed"))
		BakedTileMap.State.WAITING:
			return "The picture will be painted soon."
		BakedTileMap.State.BAKING:
			return "The picture is being painted."
		BakedTileMap.State.FAILED:
			var mistake: TilebakeMistake = TilebakeMistake.of(view)
			return "Painting failed." if mistake == null else "Painting failed: %s\n%s" % [mistake.words(), mistake.where]
	return ""


## A backend that is away makes no picture stale, but nothing will be painted until it is back.
func _on_state_changed(state: TilebakeBackendState) -> void:
	if not state.is_problem():
		refresh()
		return
	for node: BakedTileMap in MapScene.painted_in_scene():
		node.tell(BakedTileMap.State.OFFLINE, "Nothing is painted: %s %s" % [state.words, state.hint])


func _on_selection_changed() -> void:
	var selected: Array[Node] = EditorInterface.get_selection().get_selected_nodes()
	for node: BakedTileMap in MapScene.painted_in_scene():
		var layers: Array[Node] = node.source_layers()
		var editing: bool = selected.any(func(each: Node) -> bool: return each in layers)
		node.see_through(SEEN_THROUGH if editing else 1.0)
