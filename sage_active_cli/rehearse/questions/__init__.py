"""The questions of a rehearsal, by subject."""
