"""The command `sage-active`: signing in, looking around, and proving what a sync reads and writes."""
