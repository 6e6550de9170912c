@tool
extends EditorPlugin
## Open every TileSet of the project for editing, once its picture is imported, and end the editor.
##
## Prints "OPENED" with the path of each.

const FRAMES: int = 20  # in which the editor draws each

var _left: PackedStringArray = []
var _frames: int = 0


func _enter_tree() -> void:
	for file: String in DirAccess.get_files_at("res://"):
		if file.ends_with(".tres"):
			_left += PackedStringArray(["res://" + file])


func _process(_delta: float) -> void:
	_frames += 1
	if EditorInterface.get_resource_filesystem().is_scanning() or _frames < FRAMES:
		return
	if _left.is_empty():
		get_tree().quit()
	elif ResourceLoader.exists(_left[0].get_basename() + ".png"):
		_frames = 0
		var tile_set: TileSet = load(_left[0])
		EditorInterface.edit_resource(tile_set)
		print("OPENED ", _left[0], " ", tile_set.get_source_count())
		_left.remove_at(0)
