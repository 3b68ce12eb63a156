"""Reports that the API works out from the rows of a company (fact sheet, section 15)."""
