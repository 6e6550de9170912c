@tool
@icon("../icon.svg")
class_name BakedTileMap
extends Sprite2D
## Show a painting of the tile layers beside it, exactly over them.
##
## Put it beside the layers, before the lowest of them in the tree: then it lies where that one is drawn, over what is
## behind the tiles and under all else. In the editor the Tilebake addon keeps its picture up to date; in the game it
## needs neither the addon nor the backend, only its picture.

const TilebakeBakeRecord = preload("bake_record.gd")
const TilebakePageView = preload("pages/page_view.gd")
const TilebakeSignals = preload("signals.gd")
const TilebakeTileCover = preload("tile_cover.gd")

## What follows from the map's bounds, its space and the picture's size.
const _MADE: Array[String] = ["position", "rotation", "scale", "skew", "offset", "centered", "region_enabled"]

## Whether the picture is up to date.
enum State { NONE, STALE, WAITING, BAKING, UP_TO_DATE, FAILED, OFFLINE }

## The editor is about to save the scene.
signal saving

## What the whole map looks like: style, light, point of view.
@export_multiline var base_prompt: String = ""
## What must not appear anywhere on the map.
@export_multiline var negative_prompt: String = ""
## Another seed paints the same map another way.
@export var bake_seed: int = 0
## How each terrain looks. The name is the TileSet's terrain name or a tile's custom data.
@export var terrains: Dictionary[String, TilebakeTerrain] = {}
## Terrains of tiles that have none themselves: "source:x,y" (a scene tile: "source:scene:id") to a name.
@export var tile_terrains: Dictionary[String, String] = {}
## Changes to the terrains' prompts that keep the layout of the picture. Empty: none.
@export var edit: TilebakeEdit = null

@export_group("Layers")
## The layers to paint, in drawing order. Empty: the parent, if it is a layer, and every visible
## layer among the siblings and below them; a branch with a BakedTileMap of its own is left to that one.
@export var layers: Array[NodePath] = []:
	set(value):
		layers = value
		_watch_layers()
## Layers that the painting does not show and whose tiles are hidden with the painted ones all the same.
@export var hidden_layers: Array[NodePath] = []
## Hide the painted tiles in the game, so that only the painting shows. Collision, navigation, scene
## tiles and tiles that are not painted stay.
@export var hide_tiles: bool = true
## Hide the painted tiles in the editor too, as the game does, except while one of their layers is selected.
@export var hide_tiles_in_editor: bool = true:
	set(value):
		hide_tiles_in_editor = value
		cover_tiles(value)

@export_group("Baking")
## Size of a tile in the painting. 0: as tilebake.toml says.
@export_range(0, 256, 8, "or_greater", "suffix:px") var pixels_per_tile: int = 0
## Paint by the base prompt where there is no tile. Off: as tilebake.toml says; without a word there, it stays transparent.
@export var paint_empty: bool = false
## Begin the painting from the tiles as the game shows them, so that their colours carry over.
@export var start_from_tiles: bool = false:
	set(value):
		start_from_tiles = value
		notify_property_list_changed()
## How much is painted anew, from 0 to 1: 0.4 keeps the tiles' borders too, 0.8 only their colours.
@export_range(0.05, 1.0, 0.05) var init_strength: float = 0.6
## Hold the painting to the shapes of the tiles as the game shows them, by the ControlNet that tilebake.toml names.
@export var hold_to_tiles: bool = false:
	set(value):
		hold_to_tiles = value
		notify_property_list_changed()
## How strongly the painting is held to the tiles: 0.3 lets shores wander, 1 follows every edge.
@export_range(0.05, 2.0, 0.05) var controlnet_strength: float = 0.5
## What to override of the [settings] in tilebake.toml, by name: "steps", "guidance_scale", ...
@export var settings: Dictionary = {}
## The map file of this painting. Empty: named after the scene, in the maps folder.
@export_file("*.tilebake.json") var map_file: String = ""

## The file of the painting, also before it is painted. It is shown unless another texture is set.
@export_storage var picture: String = ""
## Where the painting lies, as the last export measured it, in the space of [method map_layer].
@export_storage var map_bounds: Rect2 = Rect2()
## The transform from that space to our parent's. It is saved, because in the game the layers may be hidden or gone.
@export_storage var map_space: Transform2D = Transform2D.IDENTITY
## The point in that space whose height counts where the scene is sorted by y. Infinite: the upper left corner.
@export_storage var map_anchor: Vector2 = Vector2.INF
## The layers of the last export, and the kinds of their tiles that are not in the map, as TilebakeTileCover numbers them.
@export_storage var painted: Dictionary[NodePath, PackedInt32Array] = {}

var _state: BakedTileMap.State = BakedTileMap.State.NONE
var _state_warning: String = ""
var _export_warnings: PackedStringArray = []
var _followed_texture: Texture2D = null
var _recorded: Rect2 = Rect2()  # the picture's own bounds, where its record lies beside it
var _covers: Array[TilebakeTileCover] = []
var _pages_in_view: bool = false  # the pages of a large picture that are in view have been loaded once


func _ready() -> void:
	TilebakeSignals.on(texture_changed, _follow_texture)
	_load_picture()
	_follow_texture()
	if Engine.is_editor_hint():
		_watch_layers()
	elif hide_tiles and texture != null:
		_make_covers()
		for cover: TilebakeTileCover in _covers:
			cover.hide_in_game()


## Have the pages of a large picture follow the view. The game shows none of its frames without them.
func _process(_delta: float) -> void:
	var pages: TilebakePagedTexture = texture as TilebakePagedTexture
	if pages == null:
		set_process(false)
	elif is_visible_in_tree():
		var waits: bool = not _pages_in_view and not Engine.is_editor_hint()
		pages.follow(TilebakePageView.area_of(self), TilebakePageView.halvings_of(self), waits)
		_pages_in_view = true


func _notification(what: int) -> void:
	if what == NOTIFICATION_EDITOR_PRE_SAVE:
		saving.emit()


## Leave out of the scene file what is made anew each time, from the map's bounds and from its pages; and of the inspector
## what does not count.
func _validate_property(property: Dictionary) -> void:
	var is_made: bool = map_bounds.has_area() and property["name"] in _MADE
	var usage: int = property["usage"]
	if is_made or (property["name"] == "texture" and texture is TilebakePagedTexture):
		property["usage"] = usage & ~PROPERTY_USAGE_STORAGE
	elif _is_idle(str(property["name"])):
		property["usage"] = usage & ~PROPERTY_USAGE_EDITOR


func _get_configuration_warnings() -> PackedStringArray:
	var warnings: PackedStringArray = []
	if source_layers().is_empty():
		warnings = ["There is no visible TileMapLayer to paint. Put this node beside the layers, or name them in Layers."]
	if not _state_warning.is_empty() and _state not in [BakedTileMap.State.NONE, BakedTileMap.State.UP_TO_DATE]:
		warnings += PackedStringArray([_state_warning])
	return warnings + _export_warnings


## Return the layers that are painted: visible TileMapLayer and TileMap nodes, in drawing order.
func source_layers() -> Array[Node]:
	return layers_beside() if layers.is_empty() else TilebakeLayerSearch.at(layers, self)


## Return the layers that are hidden with the painted ones.
func hidden_beside() -> Array[Node]:
	return TilebakeLayerSearch.at(hidden_layers, self)


## Return the layers that could be painted: the parent, if it is a layer, and every visible layer among the siblings and
## below them, in drawing order.
func layers_beside() -> Array[Node]:
	return TilebakeLayerSearch.beside(self)


## Return the lowest layer with tiles, in whose space the map and its bounds are.
func map_layer() -> Node:
	var found: Array[Node] = source_layers()
	var tiled: Array[Node] = found.filter(TilebakeLayerSearch.has_tiles)
	if not tiled.is_empty():
		return tiled[0]
	return null if found.is_empty() else found[0]


## Return whether the tiles are drawn to a picture, which the painting begins from or is held to.
func draws_tiles() -> bool:
	return start_from_tiles or hold_to_tiles


## Show [param bake] exactly over [param bounds], given in the space of [method map_layer]. Pages of a large picture take the
## place of earlier ones once they are loaded.
func show_bake(bake: Texture2D, bounds: Rect2) -> void:
	map_bounds = bounds
	var pages: TilebakePagedTexture = texture as TilebakePagedTexture
	if pages != null and bake is TilebakePagedTexture:
		pages.take(bake as TilebakePagedTexture)
	else:
		texture = bake
		_recorded = bounds
	follow_layers()


## Place the picture over its layers again, after they have been moved, scaled or turned.
func follow_layers() -> void:
	var layer: CanvasItem = map_layer() as CanvasItem
	if layer != null:
		map_space = TilebakeLayerSearch.to_root(get_parent()).affine_inverse() * TilebakeLayerSearch.to_root(layer)
		var parent: CanvasItem = get_parent() as CanvasItem
		var is_sorted_whole: bool = parent != null and parent.y_sort_enabled and not layer.y_sort_enabled
		map_anchor = Vector2.ZERO if is_sorted_whole else Vector2.INF
	_fit()


## Hide the painted tiles in the editor, or show them while they are edited. Nothing of it is saved.
func cover_tiles(is_covered: bool) -> void:
	if not Engine.is_editor_hint():
		return
	for cover: TilebakeTileCover in _covers:
		cover.show_in_editor()
	_covers.clear()
	if is_covered and hide_tiles and hide_tiles_in_editor and texture != null and is_visible_in_tree():
		_make_covers()
	for cover: TilebakeTileCover in _covers:
		cover.hide_in_editor()


## Set whether the picture is up to date. [param warning] is shown at the node while it is not.
func set_bake_state(state: BakedTileMap.State, warning: String) -> void:
	_state = state
	_state_warning = warning
	update_configuration_warnings()


## Set the warnings of the last export, which are shown at the node. Returns whether they have changed.
func set_export_warnings(warnings: PackedStringArray) -> bool:
	var are_new: bool = warnings != _export_warnings
	_export_warnings = warnings
	update_configuration_warnings()
	return are_new


## Return whether the picture is up to date, as it was set last.
func bake_state() -> BakedTileMap.State:
	return _state


## Draw the picture with this share of its opacity, while the tiles under it are edited. Nothing of it is saved.
func see_through(share: float) -> void:
	var seen: Color = Color(self_modulate, self_modulate.a * share)
	RenderingServer.canvas_item_set_self_modulate(get_canvas_item(), seen)


## Show the picture of the last export. A texture that the user made of it, or another one, stays.
func _load_picture() -> void:
	var is_other: bool = texture == null or (texture.resource_path != picture and texture.resource_path.ends_with(".png"))
	if is_other and not picture.is_empty():
		var found: Texture2D = TilebakePagedTexture.open(picture)
		texture = texture if found == null else found


## Whether a property says how strongly something works that is turned off.
func _is_idle(property: String) -> bool:
	match property:
		"init_strength":
			return not start_from_tiles
		"controlnet_strength":
			return not hold_to_tiles
	return false


func _make_covers() -> void:
	_covers.clear()
	for path: NodePath in painted:
		var layer: CanvasItem = get_node_or_null(path) as CanvasItem
		if layer != null:
			_covers.append(TilebakeTileCover.new(layer, painted[path]))
	for layer: CanvasItem in hidden_beside():
		_covers.append(TilebakeTileCover.new(layer, []))
	if painted.is_empty():  # saved before it was noted what is painted
		for layer: CanvasItem in source_layers():
			_covers.append(TilebakeTileCover.new(layer, []))


func _follow_texture() -> void:
	if _followed_texture != null and _followed_texture.changed.is_connected(_on_picture_changed):
		_followed_texture.changed.disconnect(_on_picture_changed)
	_followed_texture = texture
	if texture != null:
		TilebakeSignals.on(texture.changed, _on_picture_changed)
		_on_picture_changed()


func _on_picture_changed() -> void:
	var pages: TilebakePagedTexture = texture as TilebakePagedTexture
	_recorded = TilebakeBakeRecord.bounds_of(texture.resource_path) if pages == null else pages.bounds()
	set_process(pages != null)
	_fit()


## Scale the picture to the map's bounds: a new bake may have another size in pixels. A picture that is older than the
## last export has other bounds, which its record holds; an exported game has no records.
func _fit() -> void:
	var bounds: Rect2 = _recorded if _recorded.has_area() else map_bounds
	if not bounds.has_area():
		return
	centered = false
	region_enabled = false
	var size: Vector2 = Vector2.ONE if texture == null else bounds.size / texture.get_size()
	var anchor: Vector2 = map_anchor if map_anchor.is_finite() else bounds.position
	offset = (bounds.position - anchor) / size
	var wanted: Transform2D = map_space * Transform2D(0.0, size, 0.0, anchor)
	if not transform.is_equal_approx(wanted):
		transform = wanted


func _watch_layers() -> void:
	if not Engine.is_editor_hint() or not is_inside_tree():
		return
	for layer: Node in source_layers():
		var edited: Signal = Signal(layer, &"changed")
		if not edited.is_connected(_on_layer_changed):
			TilebakeSignals.on(edited, _on_layer_changed)
	update_configuration_warnings()


func _on_layer_changed() -> void:
	if _state == BakedTileMap.State.UP_TO_DATE:
		set_bake_state(BakedTileMap.State.STALE, "The tiles have changed since this was painted. Save the scene to paint them.")
