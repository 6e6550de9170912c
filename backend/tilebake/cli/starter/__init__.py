"""Hold the files that a new project begins with, and choose those that fit a folder."""
