"""Run the real Godot: engine, editor, screen, scenes and projects."""
