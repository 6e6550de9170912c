@tool
extends VBoxContainer
## DiagnosticPanel: what there is to say of the selected map, and the way to the cell that it is about.

signal go_asked(map_id: String)

const MapStatusText = preload("map_status_text.gd")
const Signals = preload("../../core/signals.gd")
const Ui = preload("ui.gd")

var _map_id: String = ""
var _words: Label = Ui.wrapped_label()
var _where: Label = Ui.wrapped_label()
var _go: LinkButton = LinkButton.new()


func _init() -> void:
	visible = false
	_go.text = "Show it in the scene"
	_where.modulate.a = 0.7
	Signals.on(_go.pressed, func() -> void: go_asked.emit(_map_id))
	for part: Control in [_words, _where, _go]:
		add_child(part)


## Shows how a map stands in words, its mistake or why it is stale; no map, no words.
func show_map(view: Dictionary) -> void:
	_map_id = str(view.get("id", ""))
	var mistake: TilebakeMistake = TilebakeMistake.of(view)
	var state: String = MapStatusText.state_of(view)
	var more: String = MapStatusText.more_of(view)
	_words.text = "%s: %s" % [state.capitalize(), more]
	if more.is_empty():
		_words.text = "%s is %s" % [MapStatusText.name_of(_map_id), state]
	_where.text = mistake.where if mistake != null else ""
	_where.visible = not _where.text.is_empty()
	_go.visible = mistake != null
	visible = not view.is_empty()
	var colour: StringName = MapStatusText.colour_of(state)
	_words.remove_theme_color_override(&"font_color")
	if not colour.is_empty():
		_words.add_theme_color_override(&"font_color", Ui.colour(colour))
