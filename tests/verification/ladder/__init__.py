"""What the traffic is measured by: closed forms, published rates, and how each figure is taken."""
