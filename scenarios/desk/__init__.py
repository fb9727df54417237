"""The officer's desk: steps of cases, what is given out about them, how reviews went, and practice."""
