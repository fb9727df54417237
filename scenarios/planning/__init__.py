"""Planning cameras: what to watch, where to stand, which plan is better, what is proved of one."""
