"""Paint on a torus: convolutions and noise that wrap around, and edges of tiles that are shared."""
