@tool
extends RefCounted
## Remember which programs that lie in a project its user lets run. The list is the user's own, outside of every
## project, so that no project can bring one along.

const FILE: String = "tilebake_programs.cfg"
const _SECTION: String = "allowed"


## Whether the user has allowed a program in the project with this folder.
static func allows(root: String, program: String) -> bool:
	var list: ConfigFile = ConfigFile.new()
	return list.load(_path()) == OK and list.has_section_key(_SECTION, _key(root, program))


## Allow a program in a project from now on. Returns why that could not be kept.
static func allow(root: String, program: String) -> Error:
	var list: ConfigFile = ConfigFile.new()
	var read: Error = list.load(_path())
	if read != OK and read != ERR_FILE_NOT_FOUND:
		return read
	list.set_value(_SECTION, _key(root, program), [root, program])
	return list.save(_path())


static func _key(root: String, program: String) -> String:
	return (root.simplify_path() + "\n" + program).sha256_text()


static func _path() -> String:
	return EditorInterface.get_editor_paths().get_config_dir().path_join(FILE)
