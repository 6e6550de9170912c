extends SceneTree
## Base of the scripts that check something without the editor: runs their `test_` methods, then quits.

const Checks = preload("checks.gd")

var _checks: Checks = Checks.new()


func _initialize() -> void:
	_run.call_deferred()


func _run() -> void:
	await _checks.run(self)
	quit()


func check(label: String, holds: bool) -> void:
	_checks.check(label, holds)
