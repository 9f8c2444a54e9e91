"""Coded reports to incidents: copies told from origins, accounts of one occurrence put together, contradictions named, words compared.

Everything here is a pure function of records: no file, no database, no clock. Each part is imported by its own module. Only ``agreements``
reads files, its own.
"""
