"""Print for people and programs: progress, the dashboard of a watch, results and tables."""
