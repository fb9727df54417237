"""Virtual cameras: frames out, over the protocols of real ones."""
