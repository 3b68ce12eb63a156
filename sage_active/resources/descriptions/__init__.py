"""What columns hold, by field: for those of which neither the schema file nor the name says enough."""
