"""Plan a bake, cache its texture, publish it."""
