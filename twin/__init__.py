"""The simulated city: what is true, and what its cameras would show."""
