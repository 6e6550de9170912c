@tool
extends VBoxContainer
## JobPanel: the bake that runs now, its picture so far, how long it takes, and the way to stop it.

signal cancel_asked(job_id: int)

const MapStatusText = preload("map_status_text.gd")
const Ui = preload("ui.gd")

var _job_id: int = -1
var _map_id: String = ""
var _preview: TextureRect = TextureRect.new()
var _title: Label = Label.new()
var _bar: ProgressBar = ProgressBar.new()
var _left: Label = Label.new()


func _init() -> void:
	visible = false
	_preview.custom_minimum_size.y = Ui.scaled(140)
	_preview.expand_mode = TextureRect.EXPAND_IGNORE_SIZE
	_preview.stretch_mode = TextureRect.STRETCH_KEEP_ASPECT_CENTERED
	_title.text_overrun_behavior = TextServer.OVERRUN_TRIM_ELLIPSIS
	_title.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_left.theme_type_variation = &"HeaderSmall"
	_left.modulate.a = 0.7
	_bar.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	for part: Control in [_preview, _row([_title, _left]), _row([_bar, _cancel_button()])]:
		add_child(part)


## Takes in how a job stands; one that no longer runs leaves the panel.
func show_job(view: Dictionary) -> void:
	var id: float = view.get("id", -1.0)
	var runs: bool = view.get("state") == "running"
	if not runs and int(id) != _job_id:
		return
	visible = runs
	if runs and int(id) != _job_id:
		_preview.texture = null
	_preview.visible = _preview.texture != null
	_job_id = int(id) if runs else -1
	_map_id = str(view.get("map_id", ""))
	_title.text = "Painting %s" % MapStatusText.name_of(_map_id)
	_show_progress(view)


## Takes in the picture so far.
func show_preview(map_id: String, image: Image) -> void:
	if visible and map_id == _map_id:
		_preview.texture = ImageTexture.create_from_image(image)
		_preview.visible = true


## Forgets the job: the backend has gone.
func clear() -> void:
	_job_id = -1
	visible = false


func _show_progress(view: Dictionary) -> void:
	var steps: float = view.get("steps", 0.0)
	var step: float = view.get("step", 0.0)
	_bar.indeterminate = steps == 0.0
	_bar.max_value = maxf(steps, 1.0)
	_bar.value = step
	var left: Variant = view.get("seconds_left")
	_left.text = ""
	if left is float:
		var seconds: float = left
		_left.text = MapStatusText.time_left(seconds)


func _cancel_button() -> Button:
	return Ui.icon_button(&"Stop", "Cancel this bake", func() -> void: cancel_asked.emit(_job_id))


func _row(parts: Array[Control]) -> HBoxContainer:
	var row: HBoxContainer = HBoxContainer.new()
	for part: Control in parts:
		row.add_child(part)
	return row
