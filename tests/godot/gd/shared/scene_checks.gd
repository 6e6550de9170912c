extends SceneTree
## Run the `test_` methods of a script without the editor, then quit. Scripts extend this one.

const Checks = preload("checks.gd")

var _checks: Checks = Checks.new()


func _initialize() -> void:
	_run.call_deferred()


func _run() -> void:
	await _checks.run(self)
	quit()


func check(label: String, holds: bool) -> void:
	_checks.check(label, holds)
