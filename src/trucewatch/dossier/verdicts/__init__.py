"""What reviewers say of the machine's values, kept apart from them: verdicts, what follows from them, and what to look at next.

A verdict is only ever added: it has a reviewer and a time, is taken back by another verdict, and holds on to the words it was given
for, so that it survives a new coding. Everything here is a pure function of records: no database, no clock, no network. Each part is
imported by its own module.
"""
