"""Maesn's unified REST API: models of its records, client."""
