"""The pages: a module each, with a ``router``. A page reads through the house and shows through ``render.page``."""

#: In the order of the navigation; each is included if it is there.
NAMES = ("overview", "incident", "report", "ledger", "sources", "review", "account")
