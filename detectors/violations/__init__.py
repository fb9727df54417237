"""Tracks, signals and a site plan to verdicts: one file per rule."""
