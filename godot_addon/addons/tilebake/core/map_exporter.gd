@tool
class_name TilebakeMapExporter
extends RefCounted
## Turn the tile layers of a scene into the map that the backend paints.

const _LARGEST_SEED: int = (1 << 53) - 1


## Export all BakedTileMap nodes of a scene. [param guess] proposes terrains for tiles that have none.
static func export_scene(root: Node, guess: TilebakeNameGuess = TilebakeNameGuess.new()) -> Array[TilebakeExport]:
	var exports: Array[TilebakeExport] = []
	for baked: BakedTileMap in TilebakeLayerList.baked_in(root):
		exports.append(export_map(baked, guess))
	return exports


## Export one BakedTileMap. The scene need not be in the tree.
static func export_map(baked: BakedTileMap, guess: TilebakeNameGuess = TilebakeNameGuess.new()) -> TilebakeExport:
	var export: TilebakeExport = _begin_export(baked)
	var layers: Array[TileMapLayer] = TilebakeLayerList.of(baked)
	export.is_empty = layers.is_empty()
	if export.is_empty:
		export.diagnostics.append(TilebakeDiagnostic.error(
			"there is no tile to paint", "Paint tiles on a visible layer beside it, or name the layers in its property layers"
		).at(baked))
	if not export.has_failed():
		_fill_export(export, baked, layers, guess)
	if export.has_failed():
		export.map = {}
	return export


## Begin the export of a node with the path of its map file.
static func _begin_export(baked: BakedTileMap) -> TilebakeExport:
	var root: Node = baked.owner if baked.owner != null else baked
	var export: TilebakeExport = TilebakeExport.new()
	export.node_path = root.get_path_to(baked)
	var paths: Dictionary[BakedTileMap, String] = TilebakeMapPaths.map_paths(root)
	export.map_path = paths[baked]
	if export.map_path.is_empty():
		export.diagnostics.append(TilebakeDiagnostic.error("the scene has no file yet", "Save it first").at(baked))
	elif paths.find_key(export.map_path) != baked:
		var other: BakedTileMap = paths.find_key(export.map_path)
		export.diagnostics.append(TilebakeDiagnostic.error(
			"it shares its map file %s with %s" % [export.map_path, root.get_path_to(other)],
			"Clear map_file, or name another one"
		).at(baked))
	else:
		var refusal: TilebakeDiagnostic = TilebakeMapPlace.refusal(export.map_path)
		var other: String = TilebakeMapOwner.other_scene(export.map_path, root.scene_file_path)
		if refusal != null:
			export.diagnostics.append(refusal.at(baked))
		elif not other.is_empty():
			export.diagnostics.append(TilebakeDiagnostic.error(
				"its map file %s is that of %s" % [export.map_path, other], "Save this scene in the editor, or clear map_file"
			).at(baked))
	return export


static func _fill_export(
	export: TilebakeExport, baked: BakedTileMap, layers: Array[TileMapLayer], guess: TilebakeNameGuess
) -> void:
	var grid: TilebakeLayerGrid = TilebakeLayerGrid.new(layers[0])
	var root: Node = baked.owner if baked.owner != null else baked
	export.map = {"tilebake": 1, TilebakeMapOwner.KEY: TilebakeMapOwner.to_json(root, export.node_path)}
	export.map.merge(grid.to_json())
	var terrains: Dictionary[String, bool] = _add_layers(export, baked, TilebakeTileNames.new(baked, layers, guess), layers)
	_add_prompts(export, baked, terrains)
	if export.cell_count == 0:
		export.diagnostics.append(TilebakeDiagnostic.error(
			"no tile is to be painted", "Name some of them in the inspector of this node"
		).at(baked))


## Add the layers' cells to the export. Returns the terrains that they have.
static func _add_layers(
	export: TilebakeExport, baked: BakedTileMap, names: TilebakeTileNames, layers: Array[TileMapLayer]
) -> Dictionary[String, bool]:
	var grid: TilebakeLayerGrid = TilebakeLayerGrid.new(layers[0])
	var others: TilebakeDiagnostic = TilebakeOtherGrids.find(baked, grid, layers)
	if others != null:
		export.diagnostics.append(others)
	var terrains: Dictionary[String, bool] = {}
	var entries: Array[Dictionary] = []
	var keeps_tiles: bool = _is_transparent(baked)
	for layer: TileMapLayer in layers:
		var read: TilebakeLayerCells = TilebakeLayerCells.new(layer, grid, names)
		export.diagnostics.append_array(read.diagnostics)
		terrains.merge(read.terrains)
		if not read.cells.is_empty():
			var box: Rect2 = grid.box(read.low, read.high)
			export.box = box if entries.is_empty() else export.box.merge(box)
			export.cell_count += read.cells.size()
			entries.append({"name": String(layer.name), "cells": read.cells})
			export.painted[baked.get_path_to(layer)] = read.unpainted if keeps_tiles else PackedInt32Array()
	export.map["layers"] = entries
	return terrains


## Add the node's prompts, seed, edit and settings to the export. What it leaves empty comes from tilebake.toml.
static func _add_prompts(
	export: TilebakeExport, baked: BakedTileMap, terrains: Dictionary[String, bool]
) -> void:
	var map: Dictionary = export.map
	if not baked.base_prompt.strip_edges().is_empty():
		map["base_prompt"] = baked.base_prompt.strip_edges()
	if not baked.negative_prompt.strip_edges().is_empty():
		map["negative_prompt"] = baked.negative_prompt.strip_edges()
	map["seed"] = baked.bake_seed
	if baked.bake_seed < 0 or baked.bake_seed > _LARGEST_SEED:
		export.diagnostics.append(TilebakeDiagnostic.error(
			"the seed %d is not between 0 and %d" % [baked.bake_seed, _LARGEST_SEED], "Roll another"
		).at(baked))
	var entries: Dictionary = _terrain_entries(baked, terrains)
	if not entries.is_empty():
		map["terrains"] = entries
	var held: Dictionary = TilebakeFileEdit.read(export.map_path)
	var edit: Dictionary = TilebakeFileEdit.merge(TilebakeEditExport.to_json(baked.edit, terrains), held)
	if not edit.is_empty():
		map["edit"] = edit
	_add_settings(export, baked)


## Whether the picture stays transparent where there is no tile: as the map says, else as tilebake.toml does.
static func _is_transparent(baked: BakedTileMap) -> bool:
	if baked.paint_empty or baked.settings.has("transparent"):
		return not baked.paint_empty and baked.settings["transparent"] != false
	return TilebakeProjectFile.find("res://").transparent


## Describe the terrains in use. What neither the node nor tilebake.toml describes is painted by its name.
static func _terrain_entries(baked: BakedTileMap, used: Dictionary[String, bool]) -> Dictionary:
	var shared: Dictionary[String, String] = TilebakeProjectFile.find("res://").terrains
	var entries: Dictionary = {}
	for name: String in used:
		var described: TilebakeTerrain = baked.terrains.get(name)
		var entry: Dictionary = _terrain_entry(described)
		if not entry.has("prompt") and name not in shared:
			entry["prompt"] = TilebakeNameWords.to_prompt(name)
		if not entry.is_empty():
			entries[name] = entry
	return entries


static func _terrain_entry(terrain: TilebakeTerrain) -> Dictionary:
	var entry: Dictionary = {}
	if terrain == null:
		return entry
	if not terrain.prompt.strip_edges().is_empty():
		entry["prompt"] = terrain.prompt.strip_edges()
	if not terrain.negative_prompt.strip_edges().is_empty():
		entry["negative_prompt"] = terrain.negative_prompt.strip_edges()
	if terrain.weight != 1.0:
		entry["weight"] = terrain.weight
	return entry


static func _add_settings(export: TilebakeExport, baked: BakedTileMap) -> void:
	var settings: Dictionary = {}
	for key: Variant in baked.settings:
		var value: Variant = baked.settings[key]
		settings[str(key)] = value
		if not _is_plain(value):
			export.diagnostics.append(TilebakeDiagnostic.error(
				"settings.%s cannot be a %s" % [key, type_string(typeof(value))],
				"Make it a number, a text, true or false, or a list of these"
			).at(baked))
	if baked.pixels_per_tile > 0:
		settings["pixels_per_tile"] = baked.pixels_per_tile
	if baked.paint_empty:
		settings["transparent"] = false
	if baked.start_from_tiles:
		export.map["art"] = TilebakeArtFile.path_of(export.map_path).get_file()
		settings["init_strength"] = snappedf(baked.init_strength, 0.001)
	if baked.hold_to_tiles:
		export.map["structure"] = TilebakeArtFile.path_of(export.map_path).get_file()
		settings["controlnet_strength"] = snappedf(baked.controlnet_strength, 0.001)
	if not settings.is_empty():
		export.map["settings"] = settings


## Whether JSON has such a value.
static func _is_plain(value: Variant) -> bool:
	if value is Array:
		var list: Array = value
		return list.all(_is_plain)
	return typeof(value) in [TYPE_NIL, TYPE_BOOL, TYPE_INT, TYPE_FLOAT, TYPE_STRING, TYPE_STRING_NAME]
