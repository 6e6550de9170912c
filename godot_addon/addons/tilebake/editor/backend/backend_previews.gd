@tool
extends Node
## Asks the backend for a look, one at a time, and follows it until its picture is there.

## How the look that was asked for last stands.
signal looked(look: TilebakePreview)
## Its picture.
signal pictured(image: Image)
## There will be none.
signal failed(mistake: TilebakeMistake)

const BackendAnswer = preload("backend_answer.gd")
const BackendClient = preload("backend_client.gd")
const Signals = preload("../../core/signals.gd")

const PAUSE: float = 0.3  # seconds between two questions how it stands
const UPGRADE: String = "Install the newest one (pip install --upgrade tilebake) and press Restart in the Tilebake dock"

var _client: BackendClient
var _wish: int = 0  # counts what was asked for: answers to what was asked before are not heard
var _look: TilebakePreview = null  # null where none is under way


func _init(client: BackendClient) -> void:
	_client = client


## Asks where words of a terrain's prompt work.
func ask_heat(map_id: String, terrain: String, words: PackedStringArray) -> void:
	_ask(map_id, {"words": words, "terrain": terrain})


## Asks what an edit would look like; the map file stays as it is.
func ask_trial(map_id: String, edit: Dictionary) -> void:
	_ask(map_id, {"edit": edit})


## Gives up what is under way, if anything is. Nobody is told.
func cancel() -> void:
	_wish += 1
	if _look != null:
		_give_back(_look)
	_look = null


## The backend has gone, and the look with it.
func lose() -> void:
	if _look != null:
		_fail(TilebakeMistake.said("The backend has ended", "Try again when the Tilebake dock says that it is ready"))


func _ask(map_id: String, wish: Dictionary) -> void:
	cancel()
	_look = TilebakePreview.of({"state": "waiting"})
	_client.look(map_id, wish, _on_asked.bind(_wish))


func _on_asked(answer: BackendAnswer, wish: int) -> void:
	if wish != _wish:
		if answer.is_ok():
			_give_back(TilebakePreview.of(answer.object()))
	elif answer.status == HTTPClient.RESPONSE_NOT_FOUND:
		_fail(TilebakeMistake.said("The tilebake that runs is too old to show this", UPGRADE))
	else:
		_on_told(answer, wish)


func _on_told(answer: BackendAnswer, wish: int) -> void:
	if wish != _wish:
		return
	if not answer.is_ok():
		_fail(answer.mistake())
		return
	_look = TilebakePreview.of(answer.object())
	match _look.state:
		TilebakePreview.State.DONE:
			_client.look_picture(_look.id, _on_picture.bind(wish))
		TilebakePreview.State.FAILED:
			_fail(_look.mistake if _look.mistake != null else TilebakeMistake.said("It failed", "See the backend's log"))
		TilebakePreview.State.CANCELLED:
			_fail(TilebakeMistake.said("Another look took its place", "Try again"))
		_:
			looked.emit(_look)
			Signals.on(get_tree().create_timer(PAUSE).timeout, _follow.bind(wish))


func _follow(wish: int) -> void:
	if wish == _wish:
		_client.look_view(_look.id, _on_told.bind(wish))


func _on_picture(answer: BackendAnswer, wish: int) -> void:
	if wish != _wish:
		return
	var image: Image = Image.new()
	if not answer.is_ok():
		_fail(answer.mistake())
	elif image.load_png_from_buffer(answer.body) != OK:
		_fail(TilebakeMistake.said("The backend sent no picture", "Try again"))
	else:
		_look = null
		pictured.emit(image)


func _fail(mistake: TilebakeMistake) -> void:
	_wish += 1
	_look = null
	failed.emit(mistake)


func _give_back(look: TilebakePreview) -> void:
	if look.id > 0 and look.is_live():
		_client.cancel_look(look.id, func(_answer: BackendAnswer) -> void: pass)
