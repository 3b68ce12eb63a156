"""What must hold before a record is written, or becomes final."""
