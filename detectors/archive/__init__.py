"""What is kept: the case store and its pictures."""
