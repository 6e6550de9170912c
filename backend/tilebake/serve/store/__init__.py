"""Share what was painted among machines: a store of objects by digest, in a folder or behind a URL."""
