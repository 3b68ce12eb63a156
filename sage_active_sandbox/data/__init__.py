"""Invented data for companies in Germany, Spain and France, deterministic by seed."""
