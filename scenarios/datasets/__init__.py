"""Labelled pictures of the twin for those who train or measure a detector."""
