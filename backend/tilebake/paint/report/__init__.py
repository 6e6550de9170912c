"""Reports: pictures and figures for people."""
