"""Maesn's view of the same data: companies, four objects to read and create."""
