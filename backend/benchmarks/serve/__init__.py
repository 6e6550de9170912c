"""Latencies of the command line, of saves, of watching and of the Godot export."""
