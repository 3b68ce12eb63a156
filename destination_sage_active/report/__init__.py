"""What the user is told about a write."""
