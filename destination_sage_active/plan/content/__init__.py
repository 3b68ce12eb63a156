"""From what a record says to what is sent."""
