"""What people do with the engine and the twin: the composition root."""
