"""What is to be done for each record: checked, matched with what is there, compared, decided."""
