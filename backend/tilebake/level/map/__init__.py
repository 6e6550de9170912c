"""Map files: format, layers, tiles and grids."""
