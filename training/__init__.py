"""How the encoder was made: corpora in, int8 weights out. Not installed; see README.md."""
