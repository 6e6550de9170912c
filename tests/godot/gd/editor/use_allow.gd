@tool
extends "../shared/editor_checks.gd"
## Open a project that brings a tilebake of its own, and allow it in the dock. The second time nothing is asked.

const Dock = preload("res://addons/tilebake/editor/dock/dock.gd")
const SettingsWindow = preload("res://addons/tilebake/editor/dock/settings_window.gd")

const RAN: String = "res://.venv/bin/tilebake.ran"
const SECOND_TIME: String = "res://second"


func describe_state() -> String:
	return text_in(_dock()).replace("\n", " | ")


func test_project_with_a_program() -> void:
	var button: Button = button_in(_dock(), "Allow")
	if FileAccess.file_exists(SECOND_TIME):
		await until("a program that was allowed is run unasked", func() -> bool: return "is ready" in describe_state(), COLD_START)
		check("the dock asks nothing more", not button.visible)
		return
	await until("the dock names the program and asks", func() -> bool:
		return "/.venv/bin/tilebake. It has not been run" in describe_state(), COLD_START)
	check("the dock has a button to allow it", button.visible)
	var window: SettingsWindow = part(SettingsWindow, _dock())
	window.show_settings()
	button_in(window, "Test").pressed.emit()
	check("Test does not run it either", "lies in the project" in text_in(window))
	window.hide()
	check("the program has not been run unasked", not FileAccess.file_exists(RAN))
	if OS.has_environment("SCREENSHOTS"):
		await _take_screenshot()
	button.pressed.emit()
	await until("Allow runs it", func() -> bool: return "is ready" in describe_state(), COLD_START)
	check("the program has been run", FileAccess.file_exists(RAN))


func _dock() -> Dock:
	return part(Dock, EditorInterface.get_base_control())


func _take_screenshot() -> void:
	bring_to_front(_dock())
	await seconds(1.0)
	EditorInterface.get_base_control().queue_redraw()  # the editor draws only what changes
	await RenderingServer.frame_post_draw
	var photo: Image = get_tree().root.get_texture().get_image()
	var _saved: Error = photo.save_png(OS.get_environment("SCREENSHOTS").path_join("allow.png"))
