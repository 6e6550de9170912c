@tool
extends RefCounted
## Connect signals. A connection that fails is a bug in the addon, and fails while it is being made.
##
## It lies here because the nodes use it: an exported game has this folder and no other of the addon.


## Connect a signal for as long as both objects live.
static func on(source: Signal, target: Callable, flags: int = 0) -> void:
	var error: Error = source.connect(target, flags) as Error
	assert(error == OK, "the signal is connected already")
