"""The tracker alone on detections of the corridor with drawn errors: streets, errors, counts, a peer."""
