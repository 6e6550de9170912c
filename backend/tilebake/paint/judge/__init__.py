"""Judge which terrain a painted tile shows, by a small classifier."""
