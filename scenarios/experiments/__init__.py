"""Replication and comparison of runs."""
