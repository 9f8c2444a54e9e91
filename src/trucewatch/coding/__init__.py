"""The heart: from an analysis to claims and events, each with its evidence. Reads no files but its own tables; writes none."""
