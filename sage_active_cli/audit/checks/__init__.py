"""The tables of checks, by subject."""
