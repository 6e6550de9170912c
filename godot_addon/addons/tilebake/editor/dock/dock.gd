@tool
extends VBoxContainer
## Show every map with its picture and state, the bake that runs, and what went wrong.
##
## It talks to the coordinator alone.

const TilebakeBackendBar = preload("backend_bar.gd")
const TilebakeDiagnosticPanel = preload("diagnostic_panel.gd")
const TilebakeJobPanel = preload("job_panel.gd")
const TilebakeLogWindow = preload("log_window.gd")
const TilebakeMapActions = preload("../maps/map_actions.gd")
const TilebakeMapList = preload("map_list.gd")
const TilebakeSettingsWindow = preload("settings_window.gd")
const TilebakeSignals = preload("../../nodes/signals.gd")
const TilebakeToasts = preload("toasts.gd")
const TilebakeUi = preload("ui.gd")

var _coordinator: TilebakeBakeCoordinator
var _actions: TilebakeMapActions
var _bar: TilebakeBackendBar = TilebakeBackendBar.new()
var _job: TilebakeJobPanel = TilebakeJobPanel.new()
var _list: TilebakeMapList = TilebakeMapList.new()
var _diagnostic: TilebakeDiagnosticPanel = TilebakeDiagnosticPanel.new()
var _empty: Label = TilebakeUi.make_wrapped_label()
var _log: TilebakeLogWindow = TilebakeLogWindow.new()
var _settings: TilebakeSettingsWindow = TilebakeSettingsWindow.new()
var _toasts: TilebakeToasts


func _init(coordinator: TilebakeBakeCoordinator, actions: TilebakeMapActions) -> void:
	name = "Tilebake"
	_coordinator = coordinator
	_actions = actions
	_toasts = TilebakeToasts.new(coordinator)
	for part: Node in [_bar, _buttons(), _job, _list, _empty, _diagnostic, _log, _settings]:
		add_child(part)
	_follow_parts()
	_follow_coordinator()


func _ready() -> void:
	_on_state_changed(_coordinator.state())
	for map: TilebakeMapView in _coordinator.maps():
		_on_map_changed(map)
	for job: TilebakeJobView in _coordinator.jobs():
		_job.show_job(job)


func _follow_parts() -> void:
	TilebakeSignals.on(_bar.allow_asked, _coordinator.allow_program)
	TilebakeSignals.on(_bar.restart_asked, _coordinator.restart)
	TilebakeSignals.on(_bar.settings_asked, _settings.show_settings)
	TilebakeSignals.on(_bar.log_asked, func() -> void: _log.show_log(_coordinator.log_path()))
	TilebakeSignals.on(_settings.changed, _coordinator.restart)
	TilebakeSignals.on(_job.cancel_asked, _coordinator.cancel)
	TilebakeSignals.on(_list.asked, _on_asked)
	TilebakeSignals.on(_list.picked, func(id: String) -> void: _diagnostic.show_map(_coordinator.map(id)))
	TilebakeSignals.on(_diagnostic.go_asked, _on_go_asked)


func _follow_coordinator() -> void:
	TilebakeSignals.on(_coordinator.state_changed, _on_state_changed)
	TilebakeSignals.on(_coordinator.map_changed, _on_map_changed)
	TilebakeSignals.on(_coordinator.job_changed, _on_job_changed)
	TilebakeSignals.on(_coordinator.progress_image_changed, _job.show_progress_image)
	TilebakeSignals.on(_coordinator.texture_ready, _list.show_picture)
	TilebakeSignals.on(_coordinator.refused, _toasts.show_refusal)


func _buttons() -> HFlowContainer:
	var row: HFlowContainer = HFlowContainer.new()
	row.add_child(TilebakeUi.button("Bake Scene", "Paint the tile layers of the scene that is open", _actions.bake_scene))
	row.add_child(TilebakeUi.button(
		"Make a TileSet", "Paint tiles with transitions for the terrains of the selected layer", _actions.make_tile_set.bind(null)))
	row.add_child(TilebakeUi.button("Bake All", "Paint every map whose picture is not up to date", _coordinator.bake_all))
	for tool: Button in _bar.tools():
		row.add_child(tool)
	return row


func _on_state_changed(state: TilebakeBackendState) -> void:
	_bar.show_state(state)
	if not state.is_up():
		_list.clear_maps()
		_job.clear()
		_diagnostic.visible = false
	_show_emptiness()


func _on_map_changed(map: TilebakeMapView) -> void:
	_list.show_map(map)
	_show_emptiness()
	if map.state == TilebakeMapView.State.GONE:
		_diagnostic.show_map(_coordinator.map(_list.selected_map()))
		return
	if map.state == TilebakeMapView.State.FAILED and _list.selected_map().is_empty():
		_list.pick(map.id)  # what went wrong is shown without a click
	if map.id == _list.selected_map():
		_diagnostic.show_map(map)
	if not map.texture.is_empty() and ResourceLoader.exists(_coordinator.res_path_of(map.texture)):
		_list.show_picture(map.id, _coordinator.res_path_of(map.texture))


func _on_job_changed(job: TilebakeJobView) -> void:
	_job.show_job(job)
	_toasts.show_job(job)


func _on_go_asked(map_id: String) -> void:
	if _coordinator.map(map_id) != null:
		_actions.show_diagnostic(_coordinator.map(map_id))


func _on_asked(action: TilebakeMapList.TilebakeMapAction, map_id: String) -> void:
	match action:
		TilebakeMapList.TilebakeMapAction.BAKE:
			_coordinator.bake(map_id, "asked")
		TilebakeMapList.TilebakeMapAction.RE_ROLL:
			_actions.re_roll(map_id)
		TilebakeMapList.TilebakeMapAction.OPEN_SCENE:
			_actions.open_scene(map_id)
		TilebakeMapList.TilebakeMapAction.SHOW_FOLDER:
			_actions.open_folder(_coordinator.map(map_id))


func _show_emptiness() -> void:
	_empty.text = "Maps are listed as soon as the backend is ready."
	if _coordinator.state().is_up():
		_empty.text = "No maps yet. Open a scene with a TileMapLayer and press Bake Scene."
	_empty.visible = _coordinator.maps().is_empty()
	_list.visible = not _empty.visible

