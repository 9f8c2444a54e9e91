"""What the world is: actors, places and times. Each a data file, a loader and a resolver.

This room knows names; it must not read a parse tree for what happened, and it never guesses: what its files do not hold
stays None.
"""
