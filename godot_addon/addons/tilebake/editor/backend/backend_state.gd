@tool
class_name TilebakeBackendState
extends RefCounted
## Describe the state of the backend in plain text, and what to do where something is wrong.

enum Kind {
	NOT_CONFIGURED,  ## The setting names a command that cannot be run.
	NOT_INSTALLED,  ## No tilebake was found anywhere.
	STARTING,
	READY,
	BUSY,  ## It paints.
	CRASHED,
	OTHER_PROJECT,  ## What answers there is not the backend of this project.
	INCOMPATIBLE,  ## This addon does not know its version.
	OFF,
	NOT_ALLOWED,  ## The only tilebake lies in the project, and the user has not said whether it may run.
}

var kind: TilebakeBackendState.Kind
## The state in one sentence.
var text: String
## What to do about it; empty where nothing is to be done.
var hint: String
## The last lines of the backend's log, where they explain the state.
var log_tail: String


func _init(its_kind: TilebakeBackendState.Kind, its_text: String, its_hint: String = "", its_log_tail: String = "") -> void:
	kind = its_kind
	text = its_text
	hint = its_hint
	log_tail = its_log_tail


## Whether the backend takes requests.
func is_up() -> bool:
	return kind == TilebakeBackendState.Kind.READY or kind == TilebakeBackendState.Kind.BUSY


## Whether the user has something to fix.
func is_problem() -> bool:
	return not is_up() and kind != TilebakeBackendState.Kind.STARTING and kind != TilebakeBackendState.Kind.OFF


func is_same_as(other: TilebakeBackendState) -> bool:
	return kind == other.kind and text == other.text and hint == other.hint and log_tail == other.log_tail
