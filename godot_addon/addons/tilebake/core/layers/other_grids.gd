@tool
class_name TilebakeOtherGrids
extends RefCounted
## Warn of layers that cannot be in one map with the others, because their tiles have another shape or size.

const _NAMED: int = 8  # layers in a warning
const _HINT: String = (
	"Add a BakedTileMap beside them for each other grid, and name its layers there under Layers; "
	+ "a layer of the same shape may be scaled instead"
)


## Return one warning that names all such layers of a map; null where there are none. Layers that another painting names
## are painted there.
static func find(baked: BakedTileMap, grid: TilebakeLayerGrid, layers: Array[TileMapLayer]) -> TilebakeDiagnostic:
	var elsewhere: Array[TileMapLayer] = _named_elsewhere(baked)
	var others: Array[TileMapLayer] = layers.filter(func(layer: TileMapLayer) -> bool:
		return TilebakeLayerFit.new(grid, layer).has_other_grid() and layer not in elsewhere)
	if others.is_empty():
		return null
	var names: Array = others.slice(0, _NAMED).map(_describe.bind(grid))
	var what: String = "%s not painted, because a painting has one grid, here that of %s: %s%s" % [
		"1 layer is" if others.size() == 1 else "%d layers are" % others.size(), _describe(grid.layer, grid),
		", ".join(PackedStringArray(names)), ", …" if others.size() > _NAMED else "",
	]
	var cells: int = others.reduce(func(sum: int, layer: TileMapLayer) -> int: return sum + layer.get_used_cells().size(), 0)
	return TilebakeDiagnostic.warning(what, _HINT).at(baked).about_cells(cells)


static func _named_elsewhere(baked: BakedTileMap) -> Array[TileMapLayer]:
	var found: Array[TileMapLayer] = []
	for other: BakedTileMap in TilebakeLayerList.baked_in(baked.owner if baked.owner != null else baked):
		if other != baked and not other.layers.is_empty():
			found.append_array(TilebakeLayerList.of(other))
	return found


## Describe a layer by what is its grid: "Cave (hexagonal, 64 x 72)".
static func _describe(layer: TileMapLayer, grid: TilebakeLayerGrid) -> String:
	var shape: String = TilebakeLayerGrid.SHAPES[layer.tile_set.tile_shape].replace("_", "-")
	if layer.tile_set.tile_shape != TileSet.TILE_SHAPE_SQUARE:
		shape += ", " + TilebakeLayerGrid.AXES[layer.tile_set.tile_offset_axis]
	var size: Vector2 = TilebakeLayerFit.new(grid, layer).tile_size()
	return "%s (%s, %s x %s)" % [layer.name, shape, _number(size.x), _number(size.y)]


## Write a number without a fraction where it has none.
static func _number(value: float) -> String:
	return String.num(value, 1).trim_suffix(".0")
