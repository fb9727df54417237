"""Frame to detections."""
