@tool
extends RefCounted
## Load one page of a painting on a thread.

## How often it is halved: far away, a page is as small on the screen.
var halvings: int
## Null until it is loaded, and where its file cannot be read.
var texture: Texture2D = null

var _image: Image = null  # while only the thread has it
var _path: String
var _task: int = -1


## Start to load a file.
func _init(path: String, its_halvings: int) -> void:
	_path = path
	halvings = its_halvings
	_task = WorkerThreadPool.add_task(_load)


## Whether a thread has loaded it.
func is_loaded() -> bool:
	return WorkerThreadPool.is_task_completed(_task)


## Wait until it is loaded. Each page has to be waited for once. The texture is made here, where the renderer lives.
func wait() -> void:
	var error: Error = WorkerThreadPool.wait_for_task_completion(_task) as Error
	assert(error == OK, "a page was waited for twice")
	if _image != null:
		texture = ImageTexture.create_from_image(_image)
		_image = null


## Read the file. It is no imported texture: a bake gives changed pages new names, and each would leave an import behind.
func _load() -> void:
	var bytes: PackedByteArray = FileAccess.get_file_as_bytes(_path)
	var image: Image = Image.new()
	if bytes.is_empty() or image.load_png_from_buffer(bytes) != OK:
		return
	for time: int in halvings:
		if mini(image.get_width(), image.get_height()) > 1:
			image.shrink_x2()
	_image = image
