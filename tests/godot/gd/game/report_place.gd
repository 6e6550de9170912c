extends Node
## Print where the painting of the running game's level lies, as check_places.gd does, and end the game. An autoload.

const PaintingPlace = preload("painting_place.gd")


func _ready() -> void:
	_run.call_deferred()


func _run() -> void:
	while get_tree().current_scene == null:
		await get_tree().process_frame
	await get_tree().process_frame
	var level: Node = get_tree().current_scene
	print("PLACE %s %s" % [level.scene_file_path.get_file().get_basename(), PaintingPlace.describe(level)])
	get_tree().quit()
