extends SceneTree
## Print the folder for maps, the terrains of tilebake.toml, and the picture's path of each map file that is named.


func _init() -> void:
	print("FOLDER ", TilebakeMapPaths.maps_folder())
	print("TERRAINS ", JSON.stringify(TilebakeProjectFile.find("res://").terrains))
	for path: String in OS.get_cmdline_user_args():
		print("PICTURE ", JSON.stringify([path, TilebakeMapPaths.texture_path(path)]))
	quit(0)
