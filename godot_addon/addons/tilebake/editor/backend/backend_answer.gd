@tool
extends RefCounted
## Describe what came back for a request to the backend.

const TilebakeEventView = preload("views/event_view.gd")
const TilebakeJsonObject = preload("views/json_object.gd")

## The HTTP status; 0 where nobody answered.
var status: int
var body: PackedByteArray


func _init(its_status: int, its_body: PackedByteArray) -> void:
	status = its_status
	body = its_body


func is_ok() -> bool:
	return status == 200


## Whether there was an answer at all, be it a refusal.
func is_there() -> bool:
	return status != 0


## Parse the JSON object in the body; empty where there is none.
func object() -> Dictionary:
	return TilebakeJsonObject.parse(body.get_string_from_utf8())


## Read the maps of an answer to `GET /maps`.
func maps() -> Array[TilebakeMapView]:
	var views: Array[TilebakeMapView] = []
	views.assign(TilebakeJsonObject.objects(object(), "maps").map(TilebakeMapView.read))
	return views


## Read the events of an answer to `GET /events`.
func events() -> Array[TilebakeEventView]:
	var views: Array[TilebakeEventView] = []
	views.assign(TilebakeJsonObject.objects(object(), "events").map(TilebakeEventView.read))
	return views


## Read the preview of an answer to a request about one.
func preview() -> TilebakePreviewView:
	return TilebakePreviewView.read(object())


## Say why the request was refused, or that nobody answered.
func refusal() -> TilebakeDiagnostic:
	if not is_there():
		return TilebakeDiagnostic.error("The backend did not answer", "Look at its log in the Tilebake dock")
	var diagnostic: TilebakeDiagnostic = TilebakeJsonObject.diagnostic(object())
	if diagnostic.what.is_empty():
		diagnostic.what = "The backend refused the request (HTTP status %d)" % status
	return diagnostic
