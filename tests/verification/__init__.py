"""Long proofs: verification of the twin against theory and against itself."""
