"""Measure many machines: how maps are handed out, and what workers of a real Ray bring and bear."""
