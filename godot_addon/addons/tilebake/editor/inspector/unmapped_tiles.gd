@tool
extends VBoxContainer
## List the tiles in use that have no terrain, each with a field to name one.

const TilebakeSignals = preload("../../nodes/signals.gd")
const TilebakeUi = preload("../dock/ui.gd")
## How many different tiles are listed at most; a TileSet with more should use a custom data layer.
const LISTED: int = 24

var _node: BakedTileMap
var _undo: EditorUndoRedoManager


func _init(node: BakedTileMap, undo: EditorUndoRedoManager, guess: TilebakeNameGuess) -> void:
	_node = node
	_undo = undo
	var tiles: Dictionary[String, Texture2D] = _find_unmapped(guess)
	visible = not tiles.is_empty()
	var title: Label = TilebakeUi.make_wrapped_label()
	title.text = "%d kinds of tiles have no terrain and are painted by the base prompt alone. Name it here:" % tiles.size()
	if tiles.size() == 1:
		title.text = "One kind of tile has no terrain and is painted by the base prompt alone. Name it here:"
	title.add_theme_color_override(&"font_color", TilebakeUi.colour(&"warning_color"))
	add_child(title)
	for key: String in tiles.keys().slice(0, LISTED):
		add_child(_row(key, tiles[key]))


func _row(key: String, picture: Texture2D) -> HBoxContainer:
	var row: HBoxContainer = HBoxContainer.new()
	var icon: TextureRect = TextureRect.new()
	icon.texture = picture
	icon.custom_minimum_size = Vector2.ONE * TilebakeUi.scale(24)
	icon.expand_mode = TextureRect.EXPAND_IGNORE_SIZE
	icon.stretch_mode = TextureRect.STRETCH_KEEP_ASPECT_CENTERED
	icon.tooltip_text = key
	var field: LineEdit = LineEdit.new()
	field.placeholder_text = "terrain of tile %s" % key
	field.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	TilebakeSignals.on(field.text_submitted, _on_named.bind(key))
	row.add_child(icon)
	row.add_child(field)
	return row


func _on_named(terrain: String, key: String) -> void:
	var mapping: Dictionary[String, String] = _node.tile_terrains.duplicate()
	mapping[key] = terrain.strip_edges()
	_undo.create_action("Name a Tile's Terrain", UndoRedo.MERGE_DISABLE, _node)
	_undo.add_do_property(_node, &"tile_terrains", mapping)
	_undo.add_undo_property(_node, &"tile_terrains", _node.tile_terrains)
	_undo.commit_action()
	_node.notify_property_list_changed()


## Return the tiles without a name, by their keys in tile_terrains, and their pictures.
func _find_unmapped(guess: TilebakeNameGuess) -> Dictionary[String, Texture2D]:
	var found: Dictionary[String, Texture2D] = {}
	var layers: Array[TileMapLayer] = TilebakeLayerList.of(_node)
	for kind: TilebakeTileKind in TilebakeTileKind.list(layers, TilebakeTileNames.new(_node, layers, guess)):
		if kind.origin in [TilebakeTileNames.Origin.PROPOSED, TilebakeTileNames.Origin.NOBODY]:
			found[kind.key] = kind.picture()
	return found
