"""How each kind of root is read: one module for each strategy that is not read in windows of creation dates."""
