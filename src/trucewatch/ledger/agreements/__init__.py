"""Agreements as data: files read, checked and written out as terms that incidents are held against.

    >>> from trucewatch.ledger.agreements import desks, find, load
    >>> path = find("syr-moscow-2020")
    >>> agreement = load(path, *desks(path))

The form stands in ``form``, what bears on a term by default in ``data/bearings.tsv``. This room must not judge an incident.
"""

from trucewatch.ledger.agreements.files import DEMO, desks, find, lint, load, shipped
from trucewatch.ledger.agreements.form import schema
from trucewatch.ledger.agreements.problems import Problem

__all__ = ["DEMO", "Problem", "desks", "find", "lint", "load", "schema", "shipped"]
