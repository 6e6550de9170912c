"""Files that people write: text, positions in it, and precise diagnostics."""
