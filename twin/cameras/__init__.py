"""Where cameras stand and look, and what an installer would have surveyed of it."""
