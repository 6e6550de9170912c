@tool
extends HFlowContainer
## Show a button for each word of a prompt; the one whose heat map is shown is pressed.

signal picked(word: String)
signal dropped

const TilebakeSignals = preload("../../../nodes/signals.gd")
const TilebakeUi = preload("../../dock/ui.gd")


func show_words(words: PackedStringArray) -> void:
	for chip: Node in get_children():
		remove_child(chip)
		chip.queue_free()
	for word: String in words:
		add_child(_chip(word))


## Press the chip of one word; of none where the word is empty.
func press(word: String) -> void:
	for chip: Button in get_children():
		chip.set_pressed_no_signal(chip.text == word)


func _chip(word: String) -> Button:
	var chip: Button = Button.new()
	chip.text = word
	chip.toggle_mode = true
	chip.add_theme_color_override(&"font_pressed_color", TilebakeUi.colour(&"accent_color"))
	chip.add_theme_color_override(&"font_hover_pressed_color", TilebakeUi.colour(&"accent_color"))
	chip.tooltip_text = "Show over the level where “%s” works" % word
	TilebakeSignals.on(chip.toggled, _on_toggled.bind(word))
	return chip


func _on_toggled(is_pressed: bool, word: String) -> void:
	if is_pressed:
		picked.emit(word)
	else:
		dropped.emit()
