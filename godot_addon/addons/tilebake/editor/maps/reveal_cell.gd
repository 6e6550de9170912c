@tool
extends RefCounted
## RevealCell: shows one cell of a layer in the editor's 2D view.


## Brings one cell of a layer to the middle of the view. The editor offers that to its own parts alone, so it
## is looked for by name, and where it is not found the layer is merely selected.
static func show(tiles: TileMapLayer, cell: Vector2i) -> void:
	EditorInterface.get_selection().clear()
	EditorInterface.get_selection().add_node(tiles)
	var place: Vector2 = tiles.global_transform * tiles.map_to_local(cell)
	for view: Node in EditorInterface.get_editor_main_screen().find_children("*", "CanvasItemEditor", true, false):
		if view.has_method(&"center_at"):
			var _nothing: Variant = view.call(&"center_at", place)
