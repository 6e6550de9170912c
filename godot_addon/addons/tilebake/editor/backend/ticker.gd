@tool
extends Timer
## Pulse: calls something over and over, for as long as it is in the tree.

const Wire = preload("../../core/signals.gd")


func _init(seconds: float, beat: Callable) -> void:
	wait_time = seconds
	autostart = true
	Wire.on(timeout, beat)
