"""Write beside a TileSet's sheet what Godot, Tiled and other engines read it by."""
