@tool
extends RefCounted
## Find the layers on which a script draws the tiles of another one: dual-grid addons hide the layer that one paints on,
## and draw its tiles on layers of their own, half a tile aside, that no scene file holds.

const TilebakeSignals = preload("signals.gd")

var _layer: TileMapLayer
var _on_found: Callable
var _watched: Array[Node] = []


## Take a layer; [param on_found] is called with each copy, once, also with those that come later.
func _init(layer: TileMapLayer, on_found: Callable) -> void:
	_layer = layer
	_on_found = on_found
	_watch(layer)


## Call no more.
func stop() -> void:
	for node: Node in _watched:
		if is_instance_valid(node) and node.child_entered_tree.is_connected(_look_later):
			node.child_entered_tree.disconnect(_look_later)
	_watched.clear()


func _watch(node: Node) -> void:
	_watched = _watched.filter(func(each: Variant) -> bool: return is_instance_valid(each))
	_watched.append(node)
	TilebakeSignals.on(node.child_entered_tree, _look_later)
	for child: Node in node.get_children():
		_look(child)


## Look at a child once its script has filled it in.
func _look_later(child: Node) -> void:
	_look.call_deferred(child)


## Look at what a script has added. What scenes hold has an owner, and what we add ourselves is internal.
func _look(child: Node) -> void:
	if _watched.is_empty() or not is_instance_valid(child) or child.owner != null or child in _watched:
		return
	if child.get_parent() == null or child not in child.get_parent().get_children():
		return
	var copy: TileMapLayer = child as TileMapLayer
	if copy != null and copy.tile_set == _layer.tile_set:
		_on_found.call(copy)
	if child.scene_file_path.is_empty():  # a character or a bullet draws no tiles
		_watch(child)
