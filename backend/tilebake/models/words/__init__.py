"""Know the words that a model was taught, and tell which words of a prompt are none of them."""
