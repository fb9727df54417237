"""Sun, weather and street furniture."""
