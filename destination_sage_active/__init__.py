"""The Airbyte destination for Sage Active."""
