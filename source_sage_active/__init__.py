"""Airbyte source for Sage Active."""
