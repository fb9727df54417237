"""How well a detector does on pictures of which the truth is known, and how sure one can be of it."""
