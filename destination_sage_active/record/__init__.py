"""What a record is called, and what became of it."""
