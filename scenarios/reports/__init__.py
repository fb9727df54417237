"""Reports: HTML and JSON, everything inline."""
