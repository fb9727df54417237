"""The engine: frames in, cases out. Runs unchanged on the twin or on the street."""
