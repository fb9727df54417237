"""Where cameras should stand: candidates, what each covers, and the best choice with a proved gap."""
