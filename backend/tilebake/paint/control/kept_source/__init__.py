"""Keep what a source left behind when it was painted, so that its next edit paints the target alone."""
