"""Plates read from pictures: lines of text, their characters, and the plate that they show."""
