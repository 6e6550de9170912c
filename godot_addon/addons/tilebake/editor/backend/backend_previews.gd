@tool
extends Node
## Request previews from the backend, one at a time, and follow each until its image is there.

## The status of the preview that was requested last.
signal status_changed(preview: TilebakePreviewView)
## Its image has come.
signal image_ready(image: Image)
## It ended without an image.
signal failed(diagnostic: TilebakeDiagnostic)

const TilebakeBackendAnswer = preload("backend_answer.gd")
const TilebakeBackendClient = preload("backend_client.gd")
const TilebakeSignals = preload("../../nodes/signals.gd")

const PAUSE: float = 0.3  # seconds between two requests for its status
const UPGRADE: String = "Install the newest one (pip install --upgrade tilebake) and press Restart in the Tilebake dock"

var _client: TilebakeBackendClient
var _request: int = 0  # counts requests: an answer to an earlier one is ignored
var _preview: TilebakePreviewView = null  # null where none is under way


func _init(client: TilebakeBackendClient) -> void:
	_client = client


## Request a heat map: where words of a terrain's prompt work.
func request_heat(map_id: String, terrain: String, words: PackedStringArray) -> void:
	_submit(map_id, {"words": words, "terrain": terrain})


## Request a trial: what an edit would look like. The map file stays as it is.
func request_trial(map_id: String, edit: Dictionary) -> void:
	_submit(map_id, {"edit": edit})


## Cancel the preview that is under way, if one is. No signal is emitted.
func cancel() -> void:
	_request += 1
	if _preview != null:
		_cancel_in_backend(_preview)
	_preview = null


## Fail the preview that is under way, because the backend has ended.
func lose() -> void:
	if _preview != null:
		_fail(TilebakeDiagnostic.error("The backend has ended", "Try again when the Tilebake dock says that it is ready"))


func _submit(map_id: String, subject: Dictionary) -> void:
	cancel()
	_preview = TilebakePreviewView.new()
	_client.submit_preview(map_id, subject, _on_submitted.bind(_request))


func _on_submitted(answer: TilebakeBackendAnswer, request: int) -> void:
	if request != _request:
		if answer.is_ok():
			_cancel_in_backend(answer.preview())
	elif answer.status == HTTPClient.RESPONSE_NOT_FOUND:
		_fail(TilebakeDiagnostic.error("The tilebake that runs is too old for previews", UPGRADE))
	else:
		_on_status(answer, request)


func _on_status(answer: TilebakeBackendAnswer, request: int) -> void:
	if request != _request:
		return
	if not answer.is_ok():
		_fail(answer.refusal())
		return
	_preview = answer.preview()
	match _preview.state:
		TilebakePreviewView.State.DONE:
			_client.request_preview_image(_preview.id, _on_image.bind(request))
		TilebakePreviewView.State.FAILED:
			_fail(_reason_of(_preview))
		TilebakePreviewView.State.CANCELLED:
			_fail(TilebakeDiagnostic.error("Another preview took its place", "Try again"))
		_:
			status_changed.emit(_preview)
			TilebakeSignals.on(get_tree().create_timer(PAUSE).timeout, _request_status.bind(request))


func _request_status(request: int) -> void:
	if request == _request:
		_client.request_preview(_preview.id, _on_status.bind(request))


func _on_image(answer: TilebakeBackendAnswer, request: int) -> void:
	if request != _request:
		return
	var image: Image = Image.new()
	if not answer.is_ok():
		_fail(answer.refusal())
	elif image.load_png_from_buffer(answer.body) != OK:
		_fail(TilebakeDiagnostic.error("The backend sent no image", "Try again"))
	else:
		_preview = null
		image_ready.emit(image)


func _fail(diagnostic: TilebakeDiagnostic) -> void:
	_request += 1
	_preview = null
	failed.emit(diagnostic)


func _cancel_in_backend(preview: TilebakePreviewView) -> void:
	if preview.id > 0 and preview.is_live():
		_client.cancel_preview(preview.id)


func _reason_of(preview: TilebakePreviewView) -> TilebakeDiagnostic:
	if preview.diagnostic != null:
		return preview.diagnostic
	return TilebakeDiagnostic.error("The preview failed", "Look at the backend's log in the Tilebake dock")
