"""Where a monitoring project lives: its evidence, its review and what may leave it."""
