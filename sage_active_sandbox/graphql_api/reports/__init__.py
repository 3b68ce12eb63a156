"""Reports that the API works out from the rows of a company (docs/reference/accounting.md, "Reports")."""
