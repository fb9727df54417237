"""The vocabulary of the engine: one noun per file, frozen, validated, numpy and stdlib only."""
