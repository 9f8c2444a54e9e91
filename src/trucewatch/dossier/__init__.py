"""A dossier: one monitoring project, with its evidence, coded reports, incidents, verdicts and protection policy."""
