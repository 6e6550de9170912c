@tool
extends RefCounted
## Make the small parts that the dock and the inspector are built of.

const TilebakeSignals = preload("../../nodes/signals.gd")

const ICONS: StringName = &"EditorIcons"


## Scale a length in pixels by the editor's display scale.
static func scale(pixels: float) -> float:
	return pixels * EditorInterface.get_editor_scale()


## Return one of the editor's own icons, in the size and colours of its theme.
static func icon(name: StringName) -> Texture2D:
	return EditorInterface.get_editor_theme().get_icon(name, ICONS)


## Return one of the editor's colours: "success_color", "warning_color", "error_color", ...
static func colour(name: StringName) -> Color:
	return EditorInterface.get_editor_theme().get_color(name, &"Editor")


static func button(text: String, tooltip: String, pressed: Callable) -> Button:
	var made: Button = Button.new()
	made.text = text
	made.tooltip_text = tooltip
	TilebakeSignals.on(made.pressed, pressed)
	return made


## Make a flat button that is only an icon; its tooltip is its name for screen readers too.
static func icon_button(icon_name: StringName, tooltip: String, pressed: Callable) -> Button:
	var made: Button = button("", tooltip, pressed)
	made.theme_type_variation = &"FlatButton"
	show_icon(made, icon_name)
	return made


## Give a button an icon that follows the theme.
static func show_icon(target: Button, icon_name: StringName) -> void:
	target.icon = icon(icon_name)
	TilebakeSignals.on(target.theme_changed, func() -> void: target.icon = icon(icon_name))


static func make_wrapped_label() -> Label:
	var made: Label = Label.new()
	made.autowrap_mode = TextServer.AUTOWRAP_WORD_SMART
	made.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	return made


## Make a label that is cut where there is no room, and tells all of it when the mouse is over it. A label ignores the mouse
## by itself.
static func make_name_label(text: String, tooltip: String) -> Label:
	var made: Label = Label.new()
	made.text = text
	made.tooltip_text = tooltip
	made.mouse_filter = Control.MOUSE_FILTER_STOP
	made.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	made.text_overrun_behavior = TextServer.OVERRUN_TRIM_ELLIPSIS
	return made


## Make the title of a part, as bold as the editor's own.
static func heading(text: String) -> Label:
	var made: Label = Label.new()
	made.text = text
	made.theme_type_variation = &"HeaderSmall"
	return made


## Open a file in the program that the system has for it.
static func open(path: String) -> void:
	var error: Error = OS.shell_open(ProjectSettings.globalize_path(path))
	if error != OK:
		push_warning("Tilebake: %s cannot be opened: %s" % [path, error_string(error)])


## Show a file in the system's file manager. Its folder is never opened by itself: a project may have one that is a
## program, as macOS has them.
static func show_in_folder(path: String) -> void:
	var error: Error = OS.shell_show_in_file_manager(ProjectSettings.globalize_path(path), false)
	if error != OK:
		push_warning("Tilebake: the folder of %s cannot be shown: %s" % [path, error_string(error)])
