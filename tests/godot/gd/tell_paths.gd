extends SceneTree
## Prints the folder for maps, and where the picture of every map file that is named belongs.


func _init() -> void:
	print("FOLDER ", TilebakeMapPaths.maps_folder())
	print("TERRAINS ", JSON.stringify(TilebakeProjectFile.above("res://").terrains))
	for path: String in OS.get_cmdline_user_args():
		print("PICTURE ", JSON.stringify([path, TilebakeMapPaths.texture_path(path)]))
	quit(0)
