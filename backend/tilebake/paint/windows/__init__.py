"""Paint a world in windows: in any order, each window once, whatever else the world holds."""
