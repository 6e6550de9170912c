@tool
class_name TilebakeMapView
extends RefCounted
## Describe the status of one map of the project, as the backend reports it.

const TilebakeJsonObject = preload("json_object.gd")

enum State { UP_TO_DATE, STALE, WAITING, BAKING, FAILED, GONE }

## The states as the API spells them, which is how the dock shows them too.
const STATES: Dictionary[String, TilebakeMapView.State] = {
	"up to date": TilebakeMapView.State.UP_TO_DATE,
	"stale": TilebakeMapView.State.STALE,
	"waiting": TilebakeMapView.State.WAITING,
	"baking": TilebakeMapView.State.BAKING,
	"failed": TilebakeMapView.State.FAILED,
	"gone": TilebakeMapView.State.GONE,
}

## Its file under the project's root, with forward slashes: "maps/level.tilebake.json".
var id: String
var state: TilebakeMapView.State
## Why it is stale; empty otherwise.
var reason: String
## Its picture's path under the project's root; empty where there is none.
var texture: String
## Why it failed; null otherwise.
var diagnostic: TilebakeDiagnostic
## What its author should know, though it is painted all the same.
var notes: Array[TilebakeDiagnostic] = []


## Read a MapView of the API. A state that is not known counts as stale.
static func read(json: Dictionary) -> TilebakeMapView:
	var view: TilebakeMapView = TilebakeMapView.new()
	view.id = TilebakeJsonObject.text(json, "id")
	view.state = STATES.get(TilebakeJsonObject.text(json, "state"), TilebakeMapView.State.STALE)
	view.reason = TilebakeJsonObject.text(json, "reason")
	view.texture = TilebakeJsonObject.text(json, "texture")
	view.diagnostic = TilebakeJsonObject.diagnostic_in(json)
	view.notes.assign(TilebakeJsonObject.objects(json, "notes").map(TilebakeJsonObject.diagnostic))
	return view


## Return the state in a word or two: "up to date".
func state_text() -> String:
	return STATES.find_key(state)


## Whether a bake of it would be of use: its picture is not up to date, and none is under way.
func needs_bake() -> bool:
	return state == TilebakeMapView.State.STALE or state == TilebakeMapView.State.FAILED
