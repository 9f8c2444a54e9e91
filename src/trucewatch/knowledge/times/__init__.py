"""Times: which words of a text tell when, and what day, span, length or rhythm they mean.

The public door is :func:`find`. The room must not touch a parse tree, nor pass the publication date off as an event's date.
"""

from trucewatch.knowledge.times.finder import find

__all__ = ["find"]
