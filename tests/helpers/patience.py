"""How long a test waits for what a sound program does in a moment."""

PATIENCE = 200.0  # seconds: more than a busy machine needs, and less than a test may take (pyproject.toml)
