"""The rows of the table of faults, one module for each kind of answer; `sage_active.faults` puts them together."""
