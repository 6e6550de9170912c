@tool
class_name TilebakeMapArt
extends RefCounted
## Draw the tiles of a map to a picture, as the game shows them, so that its painting can begin from them or be held to
## their shapes.
##
## The picture is put together from the tiles' own: an editor without a window renders nothing.

const MOST_PIXELS: int = 1 << 24  # of the picture; larger maps are drawn smaller


## Draw the picture of an export whose painting takes one of its tiles, and leave the others as they are. Where no tile has
## a picture, that is added to the export's diagnostics as an error.
static func add_to(export: TilebakeExport, baked: BakedTileMap, guess: TilebakeNameGuess) -> void:
	if export.has_failed() or not baked.draws_tiles():
		return
	var size: Vector2 = export.box.size * minf(1.0, sqrt(MOST_PIXELS / export.box.get_area()))
	var picture: Image = Image.create_empty(maxi(1, roundi(size.x)), maxi(1, roundi(size.y)), false, Image.FORMAT_RGBA8)
	_draw(baked, guess, picture, export.box)
	if picture.is_invisible():
		export.diagnostics.append(TilebakeDiagnostic.error(
			"none of its tiles has a picture to %s" % ("start from" if baked.start_from_tiles else "be held to"),
			"Turn off start_from_tiles" if baked.start_from_tiles else "Turn off hold_to_tiles").at(baked))
	else:
		export.art = picture


static func _draw(baked: BakedTileMap, guess: TilebakeNameGuess, picture: Image, box: Rect2) -> void:
	var layers: Array[TileMapLayer] = TilebakeLayerList.of(baked)
	var names: TilebakeTileNames = TilebakeTileNames.new(baked, layers, guess)
	var grid: TilebakeLayerGrid = TilebakeLayerGrid.new(layers[0])
	var drawn: Array[TilebakeDrawnLayer] = []
	var keys: Array[Array] = []
	for layer: TileMapLayer in layers:
		if TilebakeLayerFit.new(grid, layer).is_in_map():
			drawn.append(TilebakeDrawnLayer.new(layer, grid, names))
			keys.append_array(drawn[-1].strips(drawn.size() - 1, _group_of(layer, layers)))
	keys.sort()
	for key: Array in keys:
		var index: int = key[-1]
		drawn[index].draw_strip(key, picture, box, Vector2(picture.get_size()) / box.size)


## Return the place of the first layer that is sorted by y with this one.
static func _group_of(layer: TileMapLayer, layers: Array[TileMapLayer]) -> int:
	var parent: CanvasItem = layer.get_parent() as CanvasItem
	if layer.y_sort_enabled and parent != null and parent.y_sort_enabled:
		for index: int in layers.size():
			if layers[index].y_sort_enabled and layers[index].get_parent() == parent:
				return index
	return layers.find(layer)
