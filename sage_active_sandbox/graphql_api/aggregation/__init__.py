"""Sums that the server works out: `aggregate` on lists, and the two catalogs.

Source: docs/reference/queries.md, "Aggregation".
"""
