"""Detections to tracks on the ground."""
