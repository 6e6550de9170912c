@tool
class_name TilebakeBakeCoordinator
extends Node
## Give the dock, the inspector and the plugin one place to ask: the maps, their bakes and the backend.

signal state_changed(state: TilebakeBackendState)
signal map_changed(map: TilebakeMapView)
signal job_changed(job: TilebakeJobView)
## The running job has a new progress image: what it has painted so far, small.
signal progress_image_changed(map_id: String, image: Image)
## A map's picture can be shown: the editor has imported it, or its pages lie there.
signal texture_ready(map_id: String, texture_path: String)
## The backend refused a request.
signal refused(map_id: String, reason: String)

const TilebakeBackendAnswer = preload("backend/backend_answer.gd")
const TilebakeBackendEvents = preload("backend/backend_events.gd")
const TilebakeBackendLink = preload("backend/backend_link.gd")
const TilebakeBackendPreviews = preload("backend/backend_previews.gd")
const TilebakeFsBridge = preload("maps/fs_bridge.gd")
const TilebakeImportBake = preload("importing/import_bake.gd")
const TilebakeSettings = preload("settings.gd")
const TilebakeSignals = preload("../nodes/signals.gd")
const TilebakeStatusText = preload("backend/status_text.gd")
const TilebakeTicker = preload("backend/ticker.gd")

const PROGRESS_IMAGES: float = 1.0  # seconds between two; the backend makes them only when asked

## What is painted for somebody to look at, and never published.
var previews: TilebakeBackendPreviews
## What proposes names; it remembers what tiles look like.
var guess: TilebakeNameGuess = TilebakeNameGuess.new()

var _link: TilebakeBackendLink = TilebakeBackendLink.new()
var _events: TilebakeBackendEvents = TilebakeBackendEvents.new(_link.client)
var _bridge: TilebakeFsBridge = TilebakeFsBridge.new()
var _state: TilebakeBackendState = TilebakeStatusText.off()
var _maps: Dictionary[String, TilebakeMapView] = {}
var _jobs: Dictionary[String, TilebakeJobView] = {}  # the latest of each map
var _textures: Dictionary[String, String] = {}  # paths that are being imported, and their maps


func _init() -> void:
	previews = TilebakeBackendPreviews.new(_link.client)
	for part: Node in [_link, _events, previews, _bridge, TilebakeTicker.new(PROGRESS_IMAGES, _request_progress_image)]:
		add_child(part)
	_connect_parts()


## Find or start the backend. An editor without a window starts none; where the project wants that, it has the maps
## painted before it imports them.
func start() -> void:
	if TilebakeSettings.may_start():
		_link.start(ProjectSettings.globalize_path("res://"))
		return
	_set_state(TilebakeStatusText.headless())
	if TilebakeSettings.bakes_on_import():
		TilebakeImportBake.bake_all()


## Leave the backend; one that this editor started ends.
func stop() -> void:
	_link.stop()


## Look for tilebake again: after a change of the setting, an installation or a crash.
func restart() -> void:
	stop()
	start()


## Run the tilebake of the project that the state asks about.
func allow_program() -> void:
	_link.allow(ProjectSettings.globalize_path("res://"))


func state() -> TilebakeBackendState:
	return _state


## Return every map of the project, sorted by id.
func maps() -> Array[TilebakeMapView]:
	var views: Array[TilebakeMapView] = []
	var ids: Array = _maps.keys()
	ids.sort()
	for id: String in ids:
		views.append(_maps[id])
	return views


## Return one map; null where the backend has found no such map.
func map(map_id: String) -> TilebakeMapView:
	return _maps.get(map_id)


## Return the latest job of every map that had one.
func jobs() -> Array[TilebakeJobView]:
	var views: Array[TilebakeJobView] = []
	views.assign(_jobs.values())
	return views


## Have a map painted. [param priority] is "edited" for the map that is being edited, else "asked".
func bake(map_id: String, priority: String) -> void:
	if _link.is_linked():
		_link.client.bake(map_id, priority, _on_answered.bind(map_id))


## Have every map painted whose picture is not up to date.
func bake_all() -> void:
	for view: TilebakeMapView in maps():
		if view.needs_bake():
			bake(view.id, "asked")


## Write the map of an export, and have it painted if it changed. What prevents that is added to its diagnostics.
func write_map(export: TilebakeExport) -> void:
	if not export.has_failed():
		_write(export)


func cancel(job_id: int) -> void:
	if _link.is_linked():
		_link.client.cancel(job_id, _on_answered.bind(""))


## Return the backend's log file; empty until tilebake has been found.
func log_path() -> String:
	return "" if _link.location == null else _link.location.log_file


## Return the backend's id of a map file; empty until tilebake has been found, and for files outside of its project.
func map_id_of(res_path: String) -> String:
	return "" if _link.location == null else _link.location.id_of(res_path)


## Return the res:// path of a map, or of a texture as a map view names it.
func res_path_of(id: String) -> String:
	return "" if _link.location == null else _link.location.res_path_of(id)


func _write(export: TilebakeExport) -> void:
	var error: Error = TilebakeExportFiles.write(export)
	if error == OK:
		_bridge.import_file(export.map_path)
		bake(map_id_of(export.map_path), "edited")
	elif error != TilebakeMapWriter.SAME:
		var what: String = "the map %s cannot be written: %s" % [export.map_path, error_string(error)]
		export.diagnostics.append(
			TilebakeDiagnostic.error(what, "Check the folder's permissions and the free space on the disk"))


func _connect_parts() -> void:
	TilebakeSignals.on(_link.state_changed, _set_state)
	TilebakeSignals.on(_link.linked, _events.follow)
	TilebakeSignals.on(_link.unlinked, _on_unlinked)
	TilebakeSignals.on(_events.maps_listed, _on_maps_listed)
	TilebakeSignals.on(_events.map_changed, _on_map_changed)
	TilebakeSignals.on(_events.job_changed, _on_job_changed)
	TilebakeSignals.on(_events.lost, _link.lose)
	TilebakeSignals.on(_bridge.imported, _on_imported)


func _on_unlinked() -> void:
	previews.lose()
	_maps.clear()
	_jobs.clear()


func _on_maps_listed(views: Array[TilebakeMapView]) -> void:
	_maps.clear()
	for view: TilebakeMapView in views:
		_on_map_changed(view)
	for job: TilebakeJobView in jobs():
		if job.is_live():
			job_changed.emit(job)
	_set_work_state()


func _on_map_changed(view: TilebakeMapView) -> void:
	if view.state == TilebakeMapView.State.GONE:
		var _was_known: bool = _maps.erase(view.id) or _jobs.erase(view.id)
	else:
		_maps[view.id] = view
	map_changed.emit(view)
	if view.state == TilebakeMapView.State.UP_TO_DATE:
		_import_texture(view)


func _on_job_changed(view: TilebakeJobView, is_new: bool) -> void:
	var known: TilebakeJobView = _jobs.get(view.map_id)
	if known == null or view.id >= known.id:  # the end of an older one may come late
		_jobs[view.map_id] = view
	if is_new:
		job_changed.emit(view)
		_set_work_state()


func _import_texture(view: TilebakeMapView) -> void:
	var path: String = res_path_of(view.texture) if not view.texture.is_empty() else ""
	if TilebakePageManifest.read(path) != null:
		texture_ready.emit(view.id, path)  # pages are not imported
	elif not path.is_empty():
		_textures[path] = view.id
		_bridge.import_file(path)


func _on_imported(paths: PackedStringArray) -> void:
	for path: String in paths:
		if path in _textures:
			var map_id: String = _textures[path]
			var _was_there: bool = _textures.erase(path)
			texture_ready.emit(map_id, path)


func _on_answered(answer: TilebakeBackendAnswer, map_id: String) -> void:
	if answer.is_there() and not answer.is_ok() and answer.status != HTTPClient.RESPONSE_NOT_FOUND:
		refused.emit(map_id, answer.refusal().line())


func _request_progress_image() -> void:
	var job: TilebakeJobView = _running_job()
	if job != null and _link.is_linked():
		_link.client.request_progress_image(job.id, _on_progress_image.bind(job.map_id))


func _on_progress_image(answer: TilebakeBackendAnswer, map_id: String) -> void:
	var image: Image = Image.new()
	if answer.is_ok() and image.load_png_from_buffer(answer.body) == OK:
		progress_image_changed.emit(map_id, image)


## Set the state by the jobs that are left.
func _set_work_state() -> void:
	if not _link.is_linked():
		return
	var live: int = jobs().filter(func(job: TilebakeJobView) -> bool: return job.is_live()).size()
	_set_state(TilebakeStatusText.ready() if _running_job() == null else TilebakeStatusText.busy(live))


func _set_state(its_state: TilebakeBackendState) -> void:
	if not its_state.is_same_as(_state):
		_state = its_state
		state_changed.emit(its_state)


func _running_job() -> TilebakeJobView:
	for job: TilebakeJobView in jobs():
		if job.state == TilebakeJobView.State.RUNNING:
			return job
	return null
