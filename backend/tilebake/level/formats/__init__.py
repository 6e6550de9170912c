"""Maps of other editors: what their readers share, and a folder for each editor."""
