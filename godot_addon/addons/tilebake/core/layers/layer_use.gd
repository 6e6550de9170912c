@tool
class_name TilebakeLayerUse
extends RefCounted
## Guess which layers of a scene are ground to paint, which stand on it, and which are not to be seen at all.

## What a painting makes of a layer: it is painted, its tiles stay visible over the painting, or neither: hidden with
## the painted tiles.
enum Use { PAINTED, ON_TOP, NEITHER }

const _GROUND: PackedStringArray = [
	"background", "base", "bg", "boden", "floor", "floors", "ground", "level", "main", "map", "terrain", "tiles", "world",
]
## What stands on the ground: it may have to be sorted against those who walk there, or has a shape of its own.
const _THINGS: PackedStringArray = [
	"above", "building", "buildings", "bush", "bushes", "ceiling", "characters", "coins", "deco", "decor", "decoration", "decorations",
	"detail", "details", "deko", "door", "doors", "effects", "enemies", "fence", "fences", "foreground", "front", "furniture", "fx",
	"gebäude", "haus", "house", "houses", "häuser", "item", "items", "ladder", "ladders", "lights", "möbel", "npcs", "object",
	"objects", "objekte", "overlay", "pickups", "plants", "prop", "props", "roof", "roofs", "shadow", "shadows", "sign", "signs",
	"spikes", "top", "tree", "trees", "zaun",
]
## What the game uses and nobody is to see.
const _TECHNICAL: PackedStringArray = [
	"collider", "colliders", "collision", "collisions", "debug", "kollision", "logic", "marker", "markers", "nav", "navigation",
	"spawn", "spawns", "trigger", "triggers", "zones",
]
const _FEW: float = 0.05  # of the cells of the largest layer
const _TALL: float = 1.5  # times the height of a cell

var _guess: TilebakeNameGuess


func _init(guess: TilebakeNameGuess) -> void:
	_guess = guess


## Choose the layers of a new painting by what the layers beside it look like.
func choose_for(baked: BakedTileMap) -> void:
	var tiled: Array[Node] = baked.layers_beside().filter(
		func(layer: Node) -> bool: return not TilebakeLayerList.tiled_in(layer).is_empty())
	var properties: Dictionary[StringName, Variant] = to_properties(baked, of(tiled))
	for name: StringName in properties:
		baked.set(name, properties[name])


## Guess the use of each layer of one map; at least one is painted.
func of(layers: Array[Node]) -> Dictionary[Node, TilebakeLayerUse.Use]:
	var counts: Dictionary[Node, int] = {}
	for layer: Node in layers:
		counts[layer] = _count(layer)
	var largest: int = counts.values().max() if not counts.is_empty() else 0
	var uses: Dictionary[Node, TilebakeLayerUse.Use] = {}
	for layer: Node in layers:
		uses[layer] = _of_layer(layer, counts[layer] < _FEW * largest)
	if TilebakeLayerUse.Use.PAINTED not in uses.values() and not layers.is_empty():
		uses[counts.find_key(largest)] = TilebakeLayerUse.Use.PAINTED
	return uses


## Return what a BakedTileMap keeps of the uses of its layers. Where all are painted it keeps none, and layers that are
## added later are painted too.
static func to_properties(
	baked: BakedTileMap, uses: Dictionary[Node, TilebakeLayerUse.Use]
) -> Dictionary[StringName, Variant]:
	var painted: Array[NodePath] = []
	var hidden: Array[NodePath] = []
	for layer: Node in uses:
		if uses[layer] == TilebakeLayerUse.Use.PAINTED:
			painted.append(baked.get_path_to(layer))
		elif uses[layer] == TilebakeLayerUse.Use.NEITHER:
			hidden.append(baked.get_path_to(layer))
	if painted.size() == uses.size():
		painted.clear()
	return {&"layers": painted, &"hidden_layers": hidden}


func _of_layer(node: Node, has_few: bool) -> TilebakeLayerUse.Use:
	var words: PackedStringArray = TilebakeNameWords.split("" if _is_default(node.name) else String(node.name))
	if _has_any(words, _TECHNICAL):
		return TilebakeLayerUse.Use.NEITHER
	if _has_any(words, _THINGS):
		return TilebakeLayerUse.Use.ON_TOP
	var layer: TileMapLayer = node as TileMapLayer
	if layer == null or _has_any(words, _GROUND):
		return TilebakeLayerUse.Use.PAINTED
	var is_thing: bool = _holds_things(layer)
	if is_thing or (has_few and _guess.words.noun_in(words).is_empty()):
		return TilebakeLayerUse.Use.ON_TOP
	return TilebakeLayerUse.Use.PAINTED


## Whether most cells of a layer hold things: tiles with much air around them, or tall ones that are sorted by y.
func _holds_things(layer: TileMapLayer) -> bool:
	var all: int = 0
	var things: int = 0
	var only: Array[TileMapLayer] = [layer]
	for kind: TilebakeTileKind in TilebakeTileKind.find(only):
		all += kind.count
		things += kind.count if _is_thing(kind) else 0
	return 2 * things > all


func _is_thing(kind: TilebakeTileKind) -> bool:
	var tiles: TileSet = kind.layer.tile_set
	var source: TileSetAtlasSource = kind.source() as TileSetAtlasSource
	if source == null:
		return true
	var size: Vector2i = source.get_tile_texture_region(kind.layer.get_cell_atlas_coords(kind.cell)).size
	if kind.layer.y_sort_enabled and size.y > _TALL * tiles.tile_size.y:
		return true
	var look: TilebakeTileLook = _guess.looks.of(source, kind.layer.get_cell_atlas_coords(kind.cell))
	return look != null and TilebakeNameGuess.is_object(tiles, size, look)


## Whether nobody has chosen the name of a layer: what Godot calls a new one says nothing of what it holds.
static func _is_default(name: String) -> bool:
	return RegEx.create_from_string("^TileMap(Layer)?\\d*$").search(name) != null


static func _count(node: Node) -> int:
	return TilebakeLayerList.tiled_in(node).reduce(
		func(sum: int, layer: TileMapLayer) -> int: return sum + layer.get_used_cells().size(), 0)


static func _has_any(words: PackedStringArray, of_these: PackedStringArray) -> bool:
	return Array(words).any(func(word: String) -> bool: return word in of_these)
