"""The command `sage-active`: signing in, listing companies, and what a first sync will take."""
