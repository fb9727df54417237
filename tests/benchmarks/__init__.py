"""Speed: each benchmark runs both sides in one go and prints their ratio."""
