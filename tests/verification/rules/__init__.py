"""The proof of all rules on corridor evenings: its evenings, what is told of them, and its page."""
