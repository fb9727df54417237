"""Demand, drivers and the motion kernel; simpy owns the events."""
