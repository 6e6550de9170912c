"""Speed, memory and exactness of regional attention."""
