"""Where a monitoring project lives: a folder with its evidence, its database and its rules."""
