"""Measure TileSets and pictures that wrap."""
