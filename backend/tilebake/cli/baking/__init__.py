"""Find what `tilebake bake` is asked to paint, and who paints it."""
