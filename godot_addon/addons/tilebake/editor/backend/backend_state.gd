@tool
class_name TilebakeBackendState
extends RefCounted
## How the backend stands, in words, and what to do where it does not stand well.

enum Kind {
	NOT_CONFIGURED,  ## The setting names a command that cannot be run.
	NOT_INSTALLED,  ## No tilebake was found anywhere.
	STARTING,
	READY,
	BUSY,  ## It paints.
	CRASHED,
	OTHER_PROJECT,  ## What answers there is not the backend of this project.
	INCOMPATIBLE,  ## It is of a version that this addon does not know.
	OFF,
}

var kind: Kind
## What is so, in one sentence.
var words: String
## What to do about it; empty where nothing is to be done.
var hint: String
## The last lines of the backend's log, where they explain the state.
var log_tail: String


func _init(its_kind: Kind, its_words: String, its_hint: String = "", its_log_tail: String = "") -> void:
	kind = its_kind
	words = its_words
	hint = its_hint
	log_tail = its_log_tail


## Whether the backend takes orders.
func is_up() -> bool:
	return kind == Kind.READY or kind == Kind.BUSY


## Whether it is told to the user as something to fix.
func is_problem() -> bool:
	return not is_up() and kind != Kind.STARTING and kind != Kind.OFF


func is_same_as(other: TilebakeBackendState) -> bool:
	return kind == other.kind and words == other.words and hint == other.hint and log_tail == other.log_tail
