"""Plate texts and their grammar."""
