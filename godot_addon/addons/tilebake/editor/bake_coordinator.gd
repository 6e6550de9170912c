@tool
class_name TilebakeBakeCoordinator
extends Node
## What the dock, the inspector and the plugin talk to: the maps, their bakes and the backend.

signal state_changed(state: TilebakeBackendState)
## How a map stands has changed. [param view] is a MapView of the backend's API.
signal map_changed(view: Dictionary)
## So has a job: a JobView of the API.
signal job_changed(view: Dictionary)
## What the running job has painted so far, small.
signal preview_changed(map_id: String, image: Image)
## The editor has imported a map's picture: it can be shown.
signal texture_ready(map_id: String, texture_path: String)
## Something was asked for in vain.
signal refused(map_id: String, words: String)

const BackendAnswer = preload("backend/backend_answer.gd")
const BackendEvents = preload("backend/backend_events.gd")
const BackendLink = preload("backend/backend_link.gd")
const BackendPreviews = preload("backend/backend_previews.gd")
const FsBridge = preload("maps/fs_bridge.gd")
const ImportBake = preload("importing/import_bake.gd")
const JsonObject = preload("backend/json_object.gd")
const Settings = preload("settings.gd")
const Signals = preload("../core/signals.gd")
const StatusText = preload("backend/status_text.gd")
const Ticker = preload("backend/ticker.gd")

const PREVIEWS: float = 1.0  # seconds between two

## Somebody looks at previews: the backend makes them while they are asked for.
var shows_previews: bool = true

## What is painted for somebody to look at, and never published.
var looks: BackendPreviews

var _link: BackendLink = BackendLink.new()
var _news: BackendEvents = BackendEvents.new(_link.client)
var _bridge: FsBridge = FsBridge.new()
var _state: TilebakeBackendState = StatusText.off()
var _maps: Dictionary[String, Dictionary] = {}
var _jobs: Dictionary[String, Dictionary] = {}  # the latest of each map
var _textures: Dictionary[String, String] = {}  # paths that are being taken in, and their maps


func _init() -> void:
	looks = BackendPreviews.new(_link.client)
	for part: Node in [_link, _news, looks, _bridge, Ticker.new(PREVIEWS, _ask_for_preview)]:
		add_child(part)
	_connect_parts()


## Finds or starts the backend. An editor without a window starts nothing, but has the maps painted before
## it imports them, if the project says so.
func start() -> void:
	if Settings.may_start():
		_link.start(ProjectSettings.globalize_path("res://"))
		return
	_tell(StatusText.headless())
	if Settings.bakes_on_import():
		ImportBake.bake_all()


## Leaves the backend; one that this editor started ends.
func stop() -> void:
	_link.stop()


## Looks for tilebake anew: after a change of the setting, an installation or a crash.
func restart() -> void:
	stop()
	start()


func state() -> TilebakeBackendState:
	return _state


## Every map of the project, by its id.
func maps() -> Array[Dictionary]:
	var views: Array[Dictionary] = []
	var ids: Array = _maps.keys()
	ids.sort()
	for id: String in ids:
		views.append(_maps[id])
	return views


## Whether the backend has found a map.
func knows(map_id: String) -> bool:
	return _maps.has(map_id)


## The latest job of every map that had one.
func jobs() -> Array[Dictionary]:
	return Array(_jobs.values(), TYPE_DICTIONARY, &"", null)


## Has a map painted. [param urgency] is "edited" for the map that is being edited, else "asked".
func bake(map_id: String, urgency: String) -> void:
	if _link.is_linked():
		_link.client.bake(map_id, urgency, _on_answered.bind(map_id))


## Has every map painted whose picture is not up to date.
func bake_all() -> void:
	for id: String in _maps:
		if _maps[id].get("state") not in ["up to date", "waiting", "baking"]:
			bake(id, "asked")


## Writes the maps of a scene's BakedTileMap nodes, and has those painted that changed.
func export_scene(root: Node) -> Array[TilebakeExport]:
	var exports: Array[TilebakeExport] = TilebakeMapExporter.export_scene(root)
	for export: TilebakeExport in exports:
		if not export.failed():
			_write(export)
	return exports


func cancel(job_id: int) -> void:
	if _link.is_linked():
		_link.client.cancel(job_id, _on_answered.bind(""))


## The backend's log file; empty until tilebake has been found.
func log_path() -> String:
	return "" if _link.location == null else _link.location.log_file


## What the backend calls a map file; empty until tilebake has been found, and for files outside of its project.
func map_id_of(res_path: String) -> String:
	return "" if _link.location == null else _link.location.id_of(res_path)


## The res:// path of a map, or of a texture as a MapView names it.
func res_path_of(id: String) -> String:
	return "" if _link.location == null else _link.location.res_path_of(id)


func _write(export: TilebakeExport) -> void:
	var error: Error = TilebakeMapWriter.write(export.map_path, export.map)
	if error == OK:
		_bridge.take_in(export.map_path)
		bake(map_id_of(export.map_path), "edited")
	elif error != TilebakeMapWriter.SAME:
		var what: String = "the map %s cannot be written: %s" % [export.map_path, error_string(error)]
		export.problems.append(TilebakeProblem.error(what, "Look at the folder's permissions and the disk's space"))


func _connect_parts() -> void:
	Signals.on(_link.state_changed, _tell)
	Signals.on(_link.linked, _news.follow)
	Signals.on(_link.unlinked, _on_unlinked)
	Signals.on(_news.all_told, _on_all_told)
	Signals.on(_news.map_told, _on_map_told)
	Signals.on(_news.job_told, _on_job_told)
	Signals.on(_news.lost, _link.lose)
	Signals.on(_bridge.taken_in, _on_taken_in)


func _on_unlinked() -> void:
	looks.lose()
	_maps.clear()
	_jobs.clear()


func _on_all_told(views: Array[Dictionary]) -> void:
	_maps.clear()
	for view: Dictionary in views:
		_on_map_told(view)
	for job: Dictionary in jobs():
		if _is_live(job):
			job_changed.emit(job)
	_tell_work()


func _on_map_told(view: Dictionary) -> void:
	var id: String = view.get("id", "")
	if view.get("state") == "gone":
		var _was_known: bool = _maps.erase(id) or _jobs.erase(id)
	else:
		_maps[id] = view
	map_changed.emit(view)
	if view.get("state") == "up to date":
		_take_in_texture(id, str(view.get("texture", "")))


func _on_job_told(view: Dictionary, is_new: bool) -> void:
	var map_id: String = str(view.get("map_id", ""))
	var known: Dictionary = _jobs.get(map_id, {})
	if _number_of(view) >= _number_of(known):  # the end of an older one may come late
		_jobs[map_id] = view
	if is_new:
		job_changed.emit(view)
		_tell_work()


func _take_in_texture(map_id: String, texture: String) -> void:
	var path: String = res_path_of(texture) if not texture.is_empty() else ""
	if not path.is_empty():
		_textures[path] = map_id
		_bridge.take_in(path)


func _on_taken_in(paths: PackedStringArray) -> void:
	for path: String in paths:
		if path in _textures:
			var map_id: String = _textures[path]
			var _was_there: bool = _textures.erase(path)
			texture_ready.emit(map_id, path)


func _on_answered(answer: BackendAnswer, map_id: String) -> void:
	if answer.is_there() and not answer.is_ok() and answer.status != HTTPClient.RESPONSE_NOT_FOUND:
		refused.emit(map_id, answer.words())


func _ask_for_preview() -> void:
	var job: Dictionary = _running_job()
	if not job.is_empty() and shows_previews and _link.is_linked():
		_link.client.preview(_number_of(job), _on_preview.bind(str(job.get("map_id", ""))))


func _on_preview(answer: BackendAnswer, map_id: String) -> void:
	var image: Image = Image.new()
	if answer.is_ok() and image.load_png_from_buffer(answer.body) == OK:
		preview_changed.emit(map_id, image)


func _tell_work() -> void:
	if not _link.is_linked():
		return
	var live: int = jobs().filter(_is_live).size()
	_tell(StatusText.ready() if _running_job().is_empty() else StatusText.busy(live))


func _tell(its_state: TilebakeBackendState) -> void:
	if not its_state.is_same_as(_state):
		_state = its_state
		state_changed.emit(its_state)


func _running_job() -> Dictionary:
	for job: Dictionary in jobs():
		if job.get("state") == "running":
			return job
	return {}


static func _number_of(job: Dictionary) -> int:
	return JsonObject.whole(job, "id")


static func _is_live(job: Dictionary) -> bool:
	return job.get("state") in ["running", "waiting"]
