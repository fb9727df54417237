"""What the cameras would show: frames, snapshots, and the truth of each."""
