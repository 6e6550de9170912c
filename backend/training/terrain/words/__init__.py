"""What people call the terrains."""
