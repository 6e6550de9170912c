"""Find what a map is painted with: a model, what is loaded beside it, and what it recommends."""
