"""Judge painted tiles: a small classifier says which terrain each one shows."""
