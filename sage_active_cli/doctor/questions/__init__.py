"""What the doctor asks, by subject."""
