@tool
extends VBoxContainer
## Show why the selected map failed or is stale, with a link to the place in the scene, and notes on its prompts.

signal go_asked(map_id: String)

const TilebakeMapStatusText = preload("map_status_text.gd")
const TilebakeSignals = preload("../../nodes/signals.gd")
const TilebakeUi = preload("ui.gd")

var _map_id: String = ""
var _text: Label = TilebakeUi.make_wrapped_label()
var _where: Label = TilebakeUi.make_wrapped_label()
var _notes: Label = TilebakeUi.make_wrapped_label()
var _go: LinkButton = LinkButton.new()


func _init() -> void:
	visible = false
	_go.text = "Show it in the scene"
	_where.modulate.a = 0.7
	TilebakeSignals.on(_go.pressed, func() -> void: go_asked.emit(_map_id))
	for part: Control in [_text, _where, _go, _notes]:
		add_child(part)


## Show the status of a map; null hides the panel.
func show_map(map: TilebakeMapView) -> void:
	visible = map != null
	if map == null:
		_map_id = ""
		return
	_map_id = map.id
	var reason: String = TilebakeMapStatusText.reason_of(map)
	_text.text = "%s: %s" % [map.state_text().capitalize(), reason]
	if reason.is_empty():
		_text.text = "%s is %s" % [TilebakeMapStatusText.name_of(map.id), map.state_text()]
	_where.text = map.diagnostic.where if map.diagnostic != null else ""
	_where.visible = not _where.text.is_empty()
	_go.visible = map.diagnostic != null
	_notes.text = TilebakeMapStatusText.notes_of(map)
	_notes.visible = not _notes.text.is_empty()
	_show_colour(TilebakeMapStatusText.colour_of(map.state))


func _show_colour(colour: StringName) -> void:
	_text.remove_theme_color_override(&"font_color")
	if not colour.is_empty():
		_text.add_theme_color_override(&"font_color", TilebakeUi.colour(colour))
