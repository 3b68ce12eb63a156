"""Sums that the server works out: `aggregate` on lists, and the two catalogs (fact sheet, section 6)."""
