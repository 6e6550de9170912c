"""Watch map folders: events, snapshots, debounce."""
