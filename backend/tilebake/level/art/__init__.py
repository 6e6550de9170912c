"""Read pictures that a map names: the game's own art, to begin from or to keep."""
