"""Lay windows over the world, for maps that are too large to be painted in one piece."""
