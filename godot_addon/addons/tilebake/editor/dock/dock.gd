@tool
extends VBoxContainer
## Dock: every map with its picture and state, the bake that runs, and what went wrong. It talks to the
## coordinator alone.

const BackendBar = preload("backend_bar.gd")
const DiagnosticPanel = preload("diagnostic_panel.gd")
const JobPanel = preload("job_panel.gd")
const LogWindow = preload("log_window.gd")
const MapActions = preload("../maps/map_actions.gd")
const MapList = preload("map_list.gd")
const SettingsWindow = preload("settings_window.gd")
const Signals = preload("../../core/signals.gd")
const Toasts = preload("toasts.gd")
const Ui = preload("ui.gd")

var _coordinator: TilebakeBakeCoordinator
var _actions: MapActions
var _bar: BackendBar = BackendBar.new()
var _job: JobPanel = JobPanel.new()
var _list: MapList = MapList.new()
var _mistake: DiagnosticPanel = DiagnosticPanel.new()
var _empty: Label = Ui.wrapped_label()
var _log: LogWindow = LogWindow.new()
var _settings: SettingsWindow = SettingsWindow.new()
var _toasts: Toasts


func _init(coordinator: TilebakeBakeCoordinator, actions: MapActions) -> void:
	name = "Tilebake"
	_coordinator = coordinator
	_actions = actions
	_toasts = Toasts.new(coordinator)
	_empty.text = "No maps yet. Open a scene with a TileMapLayer and press Bake Scene."
	for part: Node in [_bar, _buttons(), _job, _list, _empty, _mistake, _log, _settings]:
		add_child(part)
	_follow_parts()
	_follow_coordinator()


func _ready() -> void:
	_on_state_changed(_coordinator.state())
	for view: Dictionary in _coordinator.maps():
		_on_map_changed(view)
	for view: Dictionary in _coordinator.jobs():
		_job.show_job(view)


func _follow_parts() -> void:
	Signals.on(_bar.restart_asked, _coordinator.restart)
	Signals.on(_bar.settings_asked, _settings.show_settings)
	Signals.on(_bar.log_asked, func() -> void: _log.show_log(_coordinator.log_path()))
	Signals.on(_settings.changed, _coordinator.restart)
	Signals.on(_job.cancel_asked, _coordinator.cancel)
	Signals.on(_list.asked, _on_asked)
	Signals.on(_list.picked, func(id: String) -> void: _mistake.show_map(_view_of(id)))
	Signals.on(_mistake.go_asked, func(id: String) -> void: _actions.show_mistake(_view_of(id)))


func _follow_coordinator() -> void:
	Signals.on(_coordinator.state_changed, _on_state_changed)
	Signals.on(_coordinator.map_changed, _on_map_changed)
	Signals.on(_coordinator.job_changed, _on_job_changed)
	Signals.on(_coordinator.preview_changed, _job.show_preview)
	Signals.on(_coordinator.texture_ready, _list.show_picture)
	Signals.on(_coordinator.refused, _toasts.tell_refusal)


func _buttons() -> HFlowContainer:
	var row: HFlowContainer = HFlowContainer.new()
	row.add_child(Ui.button("Bake Scene", "Paint the tile layers of the scene that is open", _actions.bake_scene))
	row.add_child(Ui.button("Bake All", "Paint every map whose picture is not up to date", _coordinator.bake_all))
	for tool: Button in _bar.tools():
		row.add_child(tool)
	return row


func _on_state_changed(state: TilebakeBackendState) -> void:
	_bar.show_state(state)
	if not state.is_up():
		_list.clear_maps()
		_job.clear()
		_mistake.visible = false
		_show_emptiness()


func _on_map_changed(view: Dictionary) -> void:
	_list.show_map(view)
	_show_emptiness()
	var id: String = str(view.get("id", ""))
	if view.get("state") == "failed" and _list.selected_map().is_empty():
		_list.pick(id)  # what went wrong is told without a click
	if id == _list.selected_map():
		_mistake.show_map(view)
	var texture: String = str(view.get("texture", ""))
	if not texture.is_empty() and ResourceLoader.exists(_coordinator.res_path_of(texture)):
		_list.show_picture(id, _coordinator.res_path_of(texture))


func _on_job_changed(view: Dictionary) -> void:
	_job.show_job(view)
	_toasts.tell_job(view)


func _on_asked(action: MapList.Action, map_id: String) -> void:
	match action:
		MapList.Action.BAKE:
			_coordinator.bake(map_id, "asked")
		MapList.Action.RE_ROLL:
			_actions.re_roll(map_id)
		MapList.Action.OPEN_SCENE:
			_actions.open_scene(map_id)
		MapList.Action.SHOW_FOLDER:
			_actions.open_folder(_view_of(map_id))


func _show_emptiness() -> void:
	_empty.visible = _coordinator.maps().is_empty()
	_list.visible = not _empty.visible


func _view_of(map_id: String) -> Dictionary:
	for view: Dictionary in _coordinator.maps():
		if view.get("id") == map_id:
			return view
	return {}
