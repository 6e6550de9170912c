"""Keep windows of large maps on the disk, so that a bake goes on where it was."""
