"""What protects people in pictures and records: redaction, keyed hashes, roles, how long things are kept."""
