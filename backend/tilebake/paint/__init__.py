"""Paint a map. Torch is imported in this package alone."""
