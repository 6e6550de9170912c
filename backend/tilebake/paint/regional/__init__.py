"""Attend regionally: every pixel to its own terrains' prompts."""
