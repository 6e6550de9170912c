@tool
extends VBoxContainer
## Show one layer of a painting: whether it is painted, and one field to name all its tiles.

signal use_chosen(use: TilebakeLayerUse.Use)
signal named(word: String)

const TilebakeSignals = preload("../../../nodes/signals.gd")
const TilebakeUi = preload("../../dock/ui.gd")
const USES: Dictionary[TilebakeLayerUse.Use, String] = {
	TilebakeLayerUse.Use.PAINTED: "painted",
	TilebakeLayerUse.Use.ON_TOP: "stays on top",
	TilebakeLayerUse.Use.NEITHER: "neither",
}
const _TOOLTIP: String = """painted: the picture shows it, and its tiles are hidden
stays on top: its tiles are seen over the picture
neither: its tiles are hidden, and the picture does not show them"""

var layer: Node

## The field for all of the layer; null where it is not painted.
var _all: LineEdit = null


func _init(the_layer: Node, use: TilebakeLayerUse.Use, cells: int) -> void:
	layer = the_layer
	var line: HBoxContainer = HBoxContainer.new()
	line.add_child(TilebakeUi.make_name_label(
		"%s (%d)" % [layer.name, cells], "The layer %s has %d cells" % [layer.name, cells]))
	line.add_child(_make_choice(use))
	add_child(line)
	if use == TilebakeLayerUse.Use.PAINTED:
		_add_field_for_all()


func _make_choice(use: TilebakeLayerUse.Use) -> OptionButton:
	var choice: OptionButton = OptionButton.new()
	choice.tooltip_text = _TOOLTIP
	for each: TilebakeLayerUse.Use in USES:
		choice.add_item(USES[each], each)
	choice.select(choice.get_item_index(use))
	TilebakeSignals.on(choice.item_selected, func(index: int) -> void:
		use_chosen.emit(choice.get_item_id(index) as TilebakeLayerUse.Use))
	return choice


func _add_field_for_all() -> void:
	_all = LineEdit.new()
	add_child(_all)
	_all.placeholder_text = "one word for all of %s" % layer.name
	TilebakeSignals.on(_all.text_submitted, func(_text: String) -> void: _submit())
	TilebakeSignals.on(_all.focus_exited, _submit)


func _submit() -> void:
	var word: String = _all.text.strip_edges()
	if not word.is_empty():
		_all.clear()
		named.emit(word)
