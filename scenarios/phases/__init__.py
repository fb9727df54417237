"""Phases by date: from socialisation over enforcement to withdrawal, day by day."""
