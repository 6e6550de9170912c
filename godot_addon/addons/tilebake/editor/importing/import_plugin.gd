@tool
extends EditorImportPlugin
## Import map files, *.tilebake.json and no other JSON, as TilebakeMap resources.
##
## The backend watches the files by itself, so an import never asks it for anything: it neither waits nor loops.
##
## A broken map is imported too, without tiles: Godot would never try a failed import again, not even after the map
## was corrected.

const TilebakeMapReader = preload("../maps/map_reader.gd")

const EXTENSION: String = "res"
const FORMAT: int = 1


func _get_importer_name() -> String:
	return "tilebake.map"


func _get_visible_name() -> String:
	return "Tilebake Map"


func _get_recognized_extensions() -> PackedStringArray:
	return [TilebakeMapPaths.ENDING.trim_prefix(".")]


func _get_save_extension() -> String:
	return EXTENSION


func _get_resource_type() -> String:
	return "Resource"


func _get_format_version() -> int:
	return FORMAT


func _get_priority() -> float:
	return 1.0


func _get_import_order() -> int:
	return 0


func _get_preset_count() -> int:
	return 0


func _get_preset_name(_preset: int) -> String:
	return "Default"


func _get_import_options(_path: String, _preset: int) -> Array[Dictionary]:
	return []


func _get_option_visibility(_path: String, _option: StringName, _options: Dictionary) -> bool:
	return true


func _can_import_threaded() -> bool:
	return false


func _import(
	source_file: String,
	save_path: String,
	_options: Dictionary,
	_platform_variants: Array[String],
	_gen_files: Array[String]
) -> Error:
	var reader: TilebakeMapReader = TilebakeMapReader.new(source_file)
	var map: TilebakeMap = reader.map
	if reader.diagnostic != null:
		push_error("Tilebake: %s" % reader.diagnostic.line())
		map = TilebakeMap.new()
		map.map_path = source_file
	return ResourceSaver.save(map, "%s.%s" % [save_path, EXTENSION])
