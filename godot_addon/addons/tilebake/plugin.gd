@tool
extends EditorPlugin
## Add Tilebake's parts to the editor and remove them again.

const TilebakeDock = preload("editor/dock/dock.gd")
const TilebakeExportPlugin = preload("editor/importing/export_plugin.gd")
const TilebakeImportPlugin = preload("editor/importing/import_plugin.gd")
const TilebakeInspectorPlugin = preload("editor/inspector/inspector_plugin.gd")
const TilebakeLivePainting = preload("editor/previews/live_painting.gd")
const TilebakeMapActions = preload("editor/maps/map_actions.gd")
const TilebakeMapScene = preload("editor/maps/map_scene.gd")
const TilebakePreviewSession = preload("editor/previews/preview_session.gd")
const TilebakeSceneLink = preload("editor/maps/scene_link.gd")
const TilebakeSceneSaving = preload("editor/maps/scene_saving.gd")
const TilebakeSettings = preload("editor/settings.gd")
const TilebakeSignals = preload("nodes/signals.gd")
const ICON: String = "res://addons/tilebake/icon.svg"
## Seconds to wait after a save, so that saves in quick succession are exported together.
const DEBOUNCE: float = 0.5

var _coordinator: TilebakeBakeCoordinator
var _actions: TilebakeMapActions
var _dock: TilebakeDock
var _dock_holder: Control
var _export_plugin: TilebakeExportPlugin = TilebakeExportPlugin.new()
var _import_plugin: TilebakeImportPlugin = TilebakeImportPlugin.new()
var _inspector_plugin: TilebakeInspectorPlugin
var _scene_link: TilebakeSceneLink
var _scene_saving: TilebakeSceneSaving
var _preview_session: TilebakePreviewSession
var _live_painting: TilebakeLivePainting
var _saved: Timer


func _enter_tree() -> void:
	TilebakeSettings.register()
	_coordinator = TilebakeBakeCoordinator.new()
	_actions = TilebakeMapActions.new(_coordinator, get_undo_redo())
	_scene_link = TilebakeSceneLink.new(_coordinator)
	_scene_saving = TilebakeSceneSaving.new(_coordinator.guess)
	_preview_session = TilebakePreviewSession.new(_coordinator)
	_live_painting = TilebakeLivePainting.new(_coordinator)
	_saved = Timer.new()
	_saved.one_shot = true
	_saved.wait_time = DEBOUNCE
	for part: Node in [_coordinator, _scene_link, _scene_saving, _preview_session, _live_painting, _saved]:
		add_child(part)
	_inspector_plugin = TilebakeInspectorPlugin.new(_actions, _preview_session, get_undo_redo(), _coordinator.guess)
	add_inspector_plugin(_inspector_plugin)
	add_export_plugin(_export_plugin)
	add_import_plugin(_import_plugin)
	_add_dock()
	_connect_editor()
	_coordinator.start()


func _exit_tree() -> void:
	_coordinator.stop()
	scene_saved.disconnect(_on_scene_saved)
	scene_changed.disconnect(_on_scene_changed)
	_remove_dock()
	remove_import_plugin(_import_plugin)
	remove_export_plugin(_export_plugin)
	remove_inspector_plugin(_inspector_plugin)
	for part: Node in [_saved, _live_painting, _preview_session, _scene_saving, _scene_link, _coordinator]:
		part.queue_free()


## Place the previews anew before the editor saves: their painting may have moved.
func _apply_changes() -> void:
	_preview_session.overlay.place()
	_live_painting.place()


func _connect_editor() -> void:
	TilebakeSignals.on(scene_saved, _on_scene_saved)
	TilebakeSignals.on(scene_changed, _on_scene_changed)
	TilebakeSignals.on(_saved.timeout, _export_saved)
	TilebakeSignals.on(_actions.exporting, _export_saved)
	_scene_saving.watch(TilebakeMapScene.paintings_in_scene())


## Add the dock. From 4.6 on docks are EditorDock nodes; earlier engines lack that class, so it is named in strings.
func _add_dock() -> void:
	_dock = TilebakeDock.new(_coordinator, _actions)
	if not ClassDB.class_exists(&"EditorDock"):
		_dock_holder = _dock
		call(&"add_control_to_dock", DOCK_SLOT_RIGHT_BL, _dock)
		return
	_dock_holder = ClassDB.instantiate(&"EditorDock")
	_dock_holder.set(&"title", "Tilebake")
	_dock_holder.set(&"layout_key", "tilebake")
	if ResourceLoader.exists(ICON):  # not before the project's first import
		_dock_holder.set(&"dock_icon", load(ICON))
	_dock_holder.set(&"default_slot", DOCK_SLOT_RIGHT_BL)
	_dock_holder.add_child(_dock)
	call(&"add_dock", _dock_holder)


func _remove_dock() -> void:
	if _dock_holder == _dock:
		call(&"remove_control_from_docks", _dock)
	else:
		call(&"remove_dock", _dock_holder)
	_dock_holder.queue_free()


## Wait after the scene's own file is written: the resources that it refers to are written right after.
func _on_scene_saved(_path: String) -> void:
	_saved.start()


func _export_saved() -> void:
	_actions.write_maps(_scene_saving.take())


func _on_scene_changed(_root: Node) -> void:
	_scene_saving.watch(TilebakeMapScene.paintings_in_scene())
	_scene_link.refresh.call_deferred()
