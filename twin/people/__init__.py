"""Who drives, from day to day: beliefs of being sanctioned, norms, and what follows from them."""
