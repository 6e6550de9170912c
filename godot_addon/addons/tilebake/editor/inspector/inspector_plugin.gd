@tool
extends EditorInspectorPlugin
## Add to the inspector of a BakedTileMap and of tile layers: terrains, seed, prompt words, and a bake button.

const TilebakeEditDrafts = preload("../maps/edit_drafts.gd")
const TilebakeMapActions = preload("../maps/map_actions.gd")
const TilebakeNamingPanel = preload("naming/naming_panel.gd")
const TilebakePreviewSession = preload("../previews/preview_session.gd")
const TilebakeSeedProperty = preload("seed_property.gd")
const TilebakeSignals = preload("../../nodes/signals.gd")
const TilebakeTerrainTable = preload("terrain_table.gd")
const TilebakeUi = preload("../dock/ui.gd")
const TilebakeWordsPanel = preload("words/words_panel.gd")

var _actions: TilebakeMapActions
var _undo: EditorUndoRedoManager
var _guess: TilebakeNameGuess
var _session: TilebakePreviewSession
var _drafts: TilebakeEditDrafts


func _init(
	actions: TilebakeMapActions, session: TilebakePreviewSession, undo: EditorUndoRedoManager, guess: TilebakeNameGuess
) -> void:
	_guess = guess
	_actions = actions
	_undo = undo
	_session = session
	_drafts = TilebakeEditDrafts.new(undo, guess)
	TilebakeSignals.on(EditorInterface.get_inspector().edited_object_changed, _on_object_changed)


func _can_handle(object: Object) -> bool:
	return object is BakedTileMap or object is TileMapLayer or object is TileMap


func _parse_begin(object: Object) -> void:
	if object is Node and (object as Node).owner == null and object != EditorInterface.get_edited_scene_root():
		return
	var button: Button = TilebakeUi.button(
		"Bake this Scene", "Paint the tile layers of this scene into one picture", _actions.bake_scene)
	TilebakeUi.show_icon(button, &"Paint")
	add_custom_control(button)
	var tiles: Button = TilebakeUi.button(
		"Make a TileSet", "Paint tiles with transitions for the terrains of this layer", _actions.make_tile_set.bind(object as Node))
	TilebakeUi.show_icon(tiles, &"TileSet")
	add_custom_control(tiles)
	if object is BakedTileMap:
		add_custom_control(TilebakeNamingPanel.new(object as BakedTileMap, _undo, _guess))


func _parse_property(
	object: Object, _type: Variant.Type, name: String, _hint: PropertyHint, _hint_string: String, _usage: int, _wide: bool
) -> bool:
	var node: BakedTileMap = object as BakedTileMap
	if node == null:
		return false
	match name:
		"bake_seed":
			add_property_editor(name, TilebakeSeedProperty.new(_actions.re_roll_node.bind(node)))
			return true
		"terrains":
			add_custom_control(TilebakeTerrainTable.new(node, _undo, _guess))
		"edit":
			_session.open(node)
			_drafts.open(node)
			add_custom_control(TilebakeWordsPanel.new(_drafts, _session))
			return true
	return false


## End previews and drafts when the inspector shows something else.
func _on_object_changed() -> void:
	var shown: Object = EditorInterface.get_inspector().get_edited_object()
	if not is_instance_valid(_session.node) or shown != _session.node:
		_session.close()
		_drafts.close()
