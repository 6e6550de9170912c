extends SceneTree
## Print the command that the addon finds, and ASK where it is to ask before it runs that. Arguments: the editor setting, and the project's folder.

const BackendCommand = preload("res://addons/tilebake/editor/launch/backend_command.gd")


func _init() -> void:
	var arguments: PackedStringArray = OS.get_cmdline_user_args()
	var found: BackendCommand = BackendCommand.find(arguments[0], arguments[1])
	if found == null:
		print("FOUND nothing")
	else:
		var asks: String = " ASK" if found.is_of_project else ""
		print("FOUND %s %s%s" % [found.program, " ".join(found.with(["watch"])), asks])
	quit()
