"""Prompt edits as values, as JSON and as command-line words."""
