extends SceneTree
## Export maps without the editor, so that CI can bake them or find those that are out of date:
##
##     godot --headless --path GAME --import
##     godot --headless --path GAME -s res://addons/tilebake/cli/export_maps.gd -- --all
##
## Exit codes: 0 done, 1 a map could not be exported, 2 wrong usage, 3 a map file or a scene is out of date (--check).

const USAGE: String = """Usage: godot --headless --path GAME -s res://addons/tilebake/cli/export_maps.gd -- [OPTIONS] [SCENES]

Writes the map files of the scenes that have a BakedTileMap, and corrects in those scenes where their
paintings lie. Import the project first.

  --all      all scenes of the project
  --check    write nothing; exit with 3 if a map file or a scene is out of date
  --strict   treat warnings as errors, such as a layer that is left out
  --help     print this text
"""
const DONE: int = 0
const FAILED: int = 1
const MISUSED: int = 2
## What counts as an option; everything else is a scene.
const OPTIONS: Array[String] = ["--all", "--check", "--strict", "--help"]


## Run once the autoloads are known, which the scenes' scripts name, and before they begin.
func _initialize() -> void:
	quit(_run(OS.get_cmdline_user_args()))


func _run(arguments: PackedStringArray) -> int:
	var options: Array[String] = []
	var scenes: Array[String] = []
	for argument: String in arguments:
		if not argument.begins_with("--"):
			scenes.append(_in_project(argument))
		elif argument in OPTIONS:
			options.append(argument)
		else:
			return _refuse("unknown option %s" % argument)
	if "--help" in options:
		print(USAGE)
		return DONE
	if ("--all" in options) == not scenes.is_empty():
		return _refuse("name the scenes to export, or use --all")
	return _export(scenes, options)


func _export(scenes: Array[String], options: Array[String]) -> int:
	if not _is_imported():
		printerr("error: the project is not imported yet. Run `godot --headless --path GAME --import` first.")
		return FAILED
	# Loaded only now, because it uses classes that exist once the project is imported.
	var own: GDScript = get_script()
	var exporter: GDScript = load(own.resource_path.get_base_dir().path_join("scene_exports.gd"))
	if exporter == null or not exporter.can_instantiate():
		return FAILED
	var code: Variant = exporter.call(&"run", scenes, "--check" in options, "--strict" in options)
	return code if code is int else FAILED  # an error in a script returns nothing


func _is_imported() -> bool:
	return ProjectSettings.get_global_class_list().any(
		func(known: Dictionary) -> bool: return known["class"] == &"BakedTileMap"
	)


## Return the res:// path of a scene, which may be given relative to the project.
func _in_project(scene: String) -> String:
	return scene if "://" in scene else "res://" + scene.replace("\\", "/").trim_prefix("./")


func _refuse(what: String) -> int:
	printerr("error: %s\n\n%s" % [what, USAGE])
	return MISUSED
