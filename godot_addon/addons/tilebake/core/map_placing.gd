@tool
class_name TilebakeMapPlacing
extends RefCounted
## Write into a BakedTileMap what its scene must say for the game: the picture's file, where it lies, what is painted.
##
## All of it is known when the map is exported, before anything is painted.


## Write what an export found, and add to it what the painting hides where it lies. Returns the properties whose values
## are new to the scene.
static func place(baked: BakedTileMap, export: TilebakeExport) -> Dictionary[StringName, Variant]:
	var before: Dictionary[StringName, Variant] = _values_of(baked)
	baked.picture = TilebakeMapPaths.texture_path(export.map_path)
	baked.map_bounds = export.box
	baked.painted = export.painted
	baked.follow_layers()
	for warning: TilebakeDiagnostic in TilebakeHiddenNodes.find(baked, TilebakeLayerList.of(baked)):
		export.diagnostics.append(warning.about_cells(export.cell_count))
	var changed: Dictionary[StringName, Variant] = _values_of(baked)
	for name: StringName in before:
		if _is_same(before[name], changed[name]):
			var _was_there: bool = changed.erase(name)
	return changed


## Return the properties that the scene keeps of an export.
static func _values_of(baked: BakedTileMap) -> Dictionary[StringName, Variant]:
	var values: Dictionary[StringName, Variant] = {}
	for name: StringName in [&"picture", &"map_bounds", &"map_space", &"map_anchor", &"painted"]:
		values[name] = baked.get(name)
	return values


## Whether two values are the same: numbers in a scene file have few digits.
static func _is_same(a: Variant, b: Variant) -> bool:
	if a is Rect2:
		var before: Rect2 = a
		var after: Rect2 = b
		return before.is_equal_approx(after)
	if a is Transform2D:
		var before: Transform2D = a
		var after: Transform2D = b
		return before.is_equal_approx(after)
	return a == b
