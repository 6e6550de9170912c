"""Report to people, in pictures and figures."""
