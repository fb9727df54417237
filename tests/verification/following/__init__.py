"""The tracker alone on detections of the corridor, whose errors are drawn: streets, errors, counts, a peer."""
