"""The street: one file per kind of device, behind the ports of the engine."""
