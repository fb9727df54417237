"""Violations to cases: the two tracks of enforcement, pure."""
