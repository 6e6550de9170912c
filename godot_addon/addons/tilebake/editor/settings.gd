@tool
extends RefCounted
## Register and read the addon's settings: where tilebake is on this machine, and what the project wants of it.

## Editor setting: the tilebake program. Empty: the addon finds it.
const COMMAND: String = "tilebake/command"
## Project setting: whether an editor without a window has the maps painted before it imports them.
const BAKE_ON_IMPORT: String = "tilebake/bake_on_import"
## Environment variable: 1 starts the backend even where the editor has no window.
const ALLOW_HEADLESS: String = "TILEBAKE_ALLOW_HEADLESS"


## Register the settings with the editor, which then shows them in its dialogs.
static func register() -> void:
	_register_command(EditorInterface.get_editor_settings())
	_register_project(BAKE_ON_IMPORT, false, {"type": TYPE_BOOL})
	_register_project(TilebakeMapPaths.MAPS_SETTING, "", {"type": TYPE_STRING, "hint": PROPERTY_HINT_DIR})


## Return the command that the user has set, as it was written.
static func command() -> String:
	var settings: EditorSettings = EditorInterface.get_editor_settings()
	return str(settings.get_setting(COMMAND)) if settings.has_setting(COMMAND) else ""


static func bakes_on_import() -> bool:
	return ProjectSettings.get_setting(BAKE_ON_IMPORT, false) == true


static func is_headless() -> bool:
	return DisplayServer.get_name() == "headless"


## Whether this editor may start a backend. A headless one only imports and exports.
static func may_start() -> bool:
	return not is_headless() or OS.get_environment(ALLOW_HEADLESS) == "1"


static func _register_command(settings: EditorSettings) -> void:
	if not settings.has_setting(COMMAND):
		settings.set_setting(COMMAND, "")
	settings.set_initial_value(COMMAND, "", false)
	settings.add_property_info({
		"name": COMMAND,
		"type": TYPE_STRING,
		"hint": PROPERTY_HINT_GLOBAL_FILE,
		"hint_string": "",
	})


static func _register_project(name: String, initial: Variant, described: Dictionary) -> void:
	if not ProjectSettings.has_setting(name):
		ProjectSettings.set_setting(name, initial)
	ProjectSettings.set_initial_value(name, initial)
	ProjectSettings.set_as_basic(name, true)
	ProjectSettings.add_property_info(described.merged({"name": name}))
