"""Measure paintings that begin from the game's own art, and what is kept of it."""
