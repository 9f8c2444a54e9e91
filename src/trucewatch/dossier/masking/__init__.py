"""How names and sites are masked: the policy, the words for roles and sites, the matching of names, the rewriting of a record.

Everything here is pure; ``trucewatch.dossier.protection`` is the door.
"""
