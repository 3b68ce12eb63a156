"""What columns hold, by field: for those that neither the schema file nor the name explains."""
