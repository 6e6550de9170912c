"""Procedural terrain: the pictures that teach the embedded model."""
