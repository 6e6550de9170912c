extends SceneTree
## Print where each level's painting lies in the game, and where its tiles do: "PLACE level picture painting tiles hidden".

const PaintingPlace = preload("painting_place.gd")


func _initialize() -> void:
	_run.call_deferred()


func _run() -> void:
	for file: String in DirAccess.get_files_at("res://levels"):
		var packed: PackedScene = load("res://levels/" + file)
		var scene: Node = packed.instantiate()
		root.add_child(scene)
		await process_frame
		print("PLACE %s %s" % [file.get_basename(), PaintingPlace.describe(scene)])
		scene.free()
	quit()
