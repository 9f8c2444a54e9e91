"""Coded reports held beside each other: what the words of many reports tell that one report does not.

This room reads records and never changes them, and judges neither a publisher nor a person.
"""
