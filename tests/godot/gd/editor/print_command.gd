extends SceneTree
## Print the command that the addon finds. Arguments: the editor setting, and the project's folder.

const BackendCommand = preload("res://addons/tilebake/editor/launch/backend_command.gd")


func _init() -> void:
	var arguments: PackedStringArray = OS.get_cmdline_user_args()
	var found: BackendCommand = BackendCommand.find(arguments[0], arguments[1])
	print("FOUND %s" % ("nothing" if found == null else found.program + " " + " ".join(found.with(["watch"]))))
	quit()
