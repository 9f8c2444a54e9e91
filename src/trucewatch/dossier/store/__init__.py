"""The database of a dossier: tables, transactions, digests of rows, migrations, search, and the seal over the whole file."""
