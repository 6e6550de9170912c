"""Run the commands, a module each. They are imported once a command line is parsed, so imports are normal."""
