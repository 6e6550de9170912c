extends SceneTree
## Show the painting of a scene and save the scene, as the editor does. Argument: the scene.

const BakeRecord = preload("res://addons/tilebake/nodes/bake_record.gd")


func _initialize() -> void:
	var path: String = OS.get_cmdline_user_args()[0]
	var packed: PackedScene = load(path)
	var scene: Node = packed.instantiate()
	var painting: BakedTileMap = scene.find_children("*", "Sprite2D")[0]
	var texture_path: String = TilebakeMapPaths.texture_path(TilebakeMapPaths.map_path(painting))
	painting.show_bake(TilebakePagedTexture.open(texture_path), BakeRecord.bounds_of(texture_path))
	painting.texture_filter = CanvasItem.TEXTURE_FILTER_NEAREST
	var repacked: PackedScene = PackedScene.new()
	var errors: Array[Error] = [repacked.pack(scene), ResourceSaver.save(repacked, path)]
	scene.free()
	quit(0 if errors == [OK, OK] else 1)
