@tool
extends VBoxContainer
## Show the bake that runs: its progress image, the time that is left, and a button to cancel it.

signal cancel_asked(job_id: int)

const TilebakeMapStatusText = preload("map_status_text.gd")
const TilebakeUi = preload("ui.gd")
const SKETCH: String = "A sketch. The full painting follows."

var _job_id: int = -1
var _map_id: String = ""
var _image: TextureRect = TextureRect.new()
var _sketch: Label = TilebakeUi.make_wrapped_label()
var _shows_sketch: bool = false
var _sketch_image: Image = null  # of the job that is shown
var _title: Label = Label.new()
var _bar: ProgressBar = ProgressBar.new()
var _left: Label = Label.new()


func _init() -> void:
	visible = false
	_image.custom_minimum_size.y = TilebakeUi.scale(140)
	_image.expand_mode = TextureRect.EXPAND_IGNORE_SIZE
	_image.stretch_mode = TextureRect.STRETCH_KEEP_ASPECT_CENTERED
	_sketch.text = SKETCH
	_sketch.horizontal_alignment = HORIZONTAL_ALIGNMENT_CENTER
	_title.text_overrun_behavior = TextServer.OVERRUN_TRIM_ELLIPSIS
	_title.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	_left.theme_type_variation = &"HeaderSmall"
	_left.modulate.a = 0.7
	_bar.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	for part: Control in [_image, _sketch, _row([_title, _left]), _row([_bar, _cancel_button()])]:
		add_child(part)


## Show a job if it runs; the one that is shown leaves the panel when it no longer runs.
func show_job(job: TilebakeJobView) -> void:
	var runs: bool = job.state == TilebakeJobView.State.RUNNING
	if not runs and job.id != _job_id:
		return
	visible = runs
	if runs and job.id != _job_id:
		_image.texture = null
		_sketch_image = null
	_shows_sketch = job.shows_sketch
	_show_image()
	_job_id = job.id if runs else -1
	_map_id = job.map_id
	_title.text = "Painting %s" % TilebakeMapStatusText.name_of(_map_id)
	_show_progress(job)


## Show what the running job has painted so far.
func show_progress_image(map_id: String, image: Image) -> void:
	if visible and map_id == _map_id:
		_image.texture = ImageTexture.create_from_image(_over_sketch(image))
		_show_image()


## Forget the job, because the backend has gone.
func clear() -> void:
	_job_id = -1
	visible = false


func _show_image() -> void:
	_image.visible = _image.texture != null
	_sketch.visible = _image.visible and _shows_sketch


## Lay windows of a large map over its sketch, which shows what is not painted yet.
func _over_sketch(image: Image) -> Image:
	if _shows_sketch:
		_sketch_image = image
	elif _sketch_image != null and image.get_format() == Image.FORMAT_RGBA8:
		var whole: Image = _sketch_image.duplicate()
		whole.convert(Image.FORMAT_RGBA8)
		whole.resize(image.get_width(), image.get_height())
		whole.blend_rect(image, Rect2i(Vector2i.ZERO, image.get_size()), Vector2i.ZERO)
		return whole
	return image


func _show_progress(job: TilebakeJobView) -> void:
	_bar.indeterminate = job.steps == 0
	_bar.max_value = maxi(job.steps, 1)
	_bar.value = job.step
	_left.text = "" if job.seconds_left == TilebakeJobView.UNKNOWN else TilebakeMapStatusText.time_left(job.seconds_left)


func _cancel_button() -> Button:
	return TilebakeUi.icon_button(&"Stop", "Cancel this bake", func() -> void: cancel_asked.emit(_job_id))


func _row(parts: Array[Control]) -> HBoxContainer:
	var row: HBoxContainer = HBoxContainer.new()
	for part: Control in parts:
		row.add_child(part)
	return row
