"""The history of the tables, one module a revision under ``versions``; Alembic runs them, called by ``migrate``."""
