"""Prompt-to-Prompt: change words while the picture's layout stays."""
