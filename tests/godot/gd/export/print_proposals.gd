extends SceneTree
## Print what is proposed for scenes without a painting: PROPOSED {"scene", "layer", "use", "words": {tile: word}, "counts"}.


func _init() -> void:
	var guess: TilebakeNameGuess = TilebakeNameGuess.new()
	for path: String in OS.get_cmdline_user_args():
		var packed: PackedScene = load(path)
		var level: Node = packed.instantiate()
		var baked: BakedTileMap = BakedTileMap.new()
		level.add_child(baked)
		var uses: Dictionary[Node, TilebakeLayerUse.Use] = TilebakeLayerUse.new(guess).of(baked.source_layers())
		for node: Node in uses:
			_print_layer(path, baked, node, uses[node], guess)
		level.free()
	quit(0)


func _print_layer(path: String, baked: BakedTileMap, node: Node, use: TilebakeLayerUse.Use, guess: TilebakeNameGuess) -> void:
	var names: TilebakeTileNames = TilebakeTileNames.new(baked, TilebakeLayerList.of(baked), guess)
	var words: Dictionary[String, String] = {}
	var counts: Dictionary[String, int] = {}
	for kind: TilebakeTileKind in TilebakeTileKind.list(TilebakeLayerList.tiled_in(node), names):
		words[kind.tile] = kind.terrain
		counts[kind.tile] = kind.count
	print("PROPOSED ", JSON.stringify({
		"scene": path.get_file().get_basename(), "layer": String(node.name), "use": TilebakeLayerUse.Use.keys()[use],
		"words": words, "counts": counts,
	}))
