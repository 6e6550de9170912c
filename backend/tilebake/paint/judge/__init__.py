"""The judge: a small classifier that says which terrain a painted tile shows."""
