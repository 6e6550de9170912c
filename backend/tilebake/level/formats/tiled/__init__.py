"""Maps of the editor Tiled: TMX and TMJ, with their tilesets."""
