@tool
extends Timer
## Call a function over and over, for as long as it is in the tree.

const TilebakeSignals = preload("../../nodes/signals.gd")


func _init(seconds: float, callback: Callable) -> void:
	wait_time = seconds
	autostart = true
	TilebakeSignals.on(timeout, callback)
