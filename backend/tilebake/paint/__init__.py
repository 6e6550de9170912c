"""How a map is painted. Torch lives here alone."""
