"""Hold paintings to the structure of a picture, by a ControlNet."""
