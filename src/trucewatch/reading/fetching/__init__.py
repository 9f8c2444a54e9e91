"""Getting a page politely and safely: robots, time-outs, sizes, and never an address inside the house."""

from trucewatch.reading.fetching.fetcher import Fetched, Fetcher, Known

__all__ = ["Fetched", "Fetcher", "Known"]
