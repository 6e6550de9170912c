@tool
extends RefCounted
## Show one cell of a layer in the editor's 2D view.


## Centre the view on a cell of a layer. The editor has no public function for that, so the view is found by its
## class name; where it is not found, the layer is only selected.
static func show(tiles: TileMapLayer, cell: Vector2i) -> void:
	EditorInterface.get_selection().clear()
	EditorInterface.get_selection().add_node(tiles)
	var place: Vector2 = tiles.global_transform * tiles.map_to_local(cell)
	for view: Node in EditorInterface.get_editor_main_screen().find_children("*", "CanvasItemEditor", true, false):
		if view.has_method(&"center_at"):
			var _nothing: Variant = view.call(&"center_at", place)
