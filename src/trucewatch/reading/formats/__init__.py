"""One module a format. Each holds a reader that the entry point group ``trucewatch.readers`` names."""
