"""Begin a painting from the game's own art, and keep parts of it."""
