@tool
extends EditorPlugin
## Run the `test_` methods of a plugin in a real editor, then end the editor. Plugins that play the user extend this.

const Checks = preload("checks.gd")
const Plugin = preload("res://addons/tilebake/plugin.gd")

const PATIENCE: float = 200.0  # seconds for what the editor or the backend is to bring about
const COLD_START: float = 240.0  # seconds where a backend or a worker starts first, which loads the model
const NAP: float = 0.1  # seconds between two attempts

var _checks: Checks = Checks.new()


func _ready() -> void:
	_run.call_deferred()


func _run() -> void:
	await get_tree().process_frame
	while EditorInterface.get_resource_filesystem().is_scanning():
		await get_tree().process_frame
	await _checks.run(self)
	get_tree().quit()


func check(label: String, holds: bool) -> void:
	_checks.check(label, holds, describe_state())


## Wait for something; if it does not happen in time, print the last state.
func until(label: String, happened: Callable, patience: float = PATIENCE) -> void:
	var deadline: int = Time.get_ticks_msec() + int(patience * 1000.0)
	while happened.call() == false and Time.get_ticks_msec() < deadline:
		await seconds(NAP)
	var holds: bool = happened.call()
	check(label, holds)


## Say what a failed check should show: override it with what the script looks at.
func describe_state() -> String:
	return ""


func seconds(count: float) -> void:
	await get_tree().create_timer(count).timeout


## Open a scene and wait until the editor edits it.
func open_scene(path: String) -> void:
	EditorInterface.open_scene_from_path(path)
	await until("%s opens" % path, func() -> bool: return open_scene_path() == path)


## Return the path of the scene being edited; empty where none is.
func open_scene_path() -> String:
	var root: Node = EditorInterface.get_edited_scene_root()
	return "" if root == null else root.scene_file_path


## Save the scene, and wait for the export, which follows when no more saves come.
func save_scene() -> void:
	var error: Error = EditorInterface.save_scene()
	var exported: Timer = (anywhere(Plugin) as Plugin)._saved
	assert(error == OK and not exported.is_stopped())
	await until("a save is exported", exported.is_stopped)


## Undo the last step of a node's scene.
func undo(node: Node) -> bool:
	var history: int = get_undo_redo().get_object_history_id(node)
	return get_undo_redo().get_history_undo_redo(history).undo()


## Return all nodes below a parent that have a script.
func parts(script: GDScript, parent: Node) -> Array[Node]:
	return parent.find_children("*", "", true, false).filter(
		func(child: Node) -> bool: return child.get_script() == script and not child.is_queued_for_deletion())


## Return the first of them.
func part(script: GDScript, parent: Node) -> Node:
	return parts(script, parent)[0]


## Return the node of the whole tree that has a script.
func anywhere(script: GDScript) -> Node:
	return part(script, get_tree().root)


## Return the text of all labels below some nodes.
func labels_in(parents: Array[Node]) -> PackedStringArray:
	var texts: PackedStringArray = []
	for parent: Node in parents:
		for label: Label in parent.find_children("*", "Label", true, false):
			texts += PackedStringArray([label.text])
	return texts


## Return the text of all labels below a node, one a line.
func text_in(parent: Node) -> String:
	return "\n".join(labels_in([parent]))


## Return the button below a node with this text or tooltip.
func button_in(parent: Node, text: String) -> Button:
	for button: Button in parent.find_children("*", "Button", true, false):
		if button.text == text or button.tooltip_text == text:
			return button
	return null


## Bring the dock to the front: every dock is in a tab of its own.
func bring_to_front(dock: Node) -> void:
	var inner: Node = dock
	while inner != null:
		if inner.get_parent() is TabContainer:
			(inner.get_parent() as TabContainer).current_tab = inner.get_index()
		inner = inner.get_parent()
