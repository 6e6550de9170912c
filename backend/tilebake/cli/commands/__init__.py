"""The commands, a module each: its options, and one lazy import of what it runs."""
