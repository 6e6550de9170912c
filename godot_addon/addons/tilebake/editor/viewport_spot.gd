@tool
extends RefCounted
## ViewportSpot: shows one cell of a layer in the editor's 2D view.


## Brings one cell of a layer to the middle of the view.
static func show(tiles: TileMapLayer, cell: Vector2i) -> void:
	var viewport: SubViewport = EditorInterface.get_editor_viewport_2d()
	var middle: Vector2 = tiles.get_viewport_transform() * (tiles.global_transform * tiles.map_to_local(cell))
	viewport.global_canvas_transform.origin += Vector2(viewport.size) / 2.0 - middle
