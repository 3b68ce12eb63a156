"""The objects of Sage Active, each declared once."""
