"""How a command runs: it starts fast, owns stdout, and ends softly."""
