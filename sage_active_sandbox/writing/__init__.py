"""What creates, updates, deletions and actions do to the store; both APIs go through it."""
