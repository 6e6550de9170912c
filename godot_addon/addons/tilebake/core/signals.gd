@tool
extends RefCounted
## Signals: connects signals. A connection that fails is a mistake in the addon's own code, and found while it is made.


## Connects a signal for as long as both sides live.
static func on(source: Signal, target: Callable, flags: int = 0) -> void:
	var error: Error = source.connect(target, flags) as Error
	assert(error == OK, "a signal is connected twice")
