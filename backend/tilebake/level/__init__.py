"""Hold what is painted: maps, terrains, settings and soft masks. NumPy, no torch."""
