"""Safe files: atomic, symlink-safe writes, locks and user folders."""
