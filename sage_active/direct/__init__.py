"""Sage Active's own Public API V2 (GraphQL): contract, queries, windows, client."""
