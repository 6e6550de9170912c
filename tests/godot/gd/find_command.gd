extends SceneTree
## Prints the command line that the addon finds by a setting, from a project's folder: `FOUND program words`.

const BackendCommand = preload("res://addons/tilebake/editor/launch/backend_command.gd")


func _init() -> void:
	var words: PackedStringArray = OS.get_cmdline_user_args()
	var found: BackendCommand = BackendCommand.find(words[0], words[1])
	print("FOUND %s" % ("nothing" if found == null else found.program + " " + " ".join(found.with(["watch"]))))
	quit()
