"""Lay maps on a torus: pictures that wrap around, and sets of tiles whose edges are shared."""
