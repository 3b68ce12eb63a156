"""What the destination is given: messages, the catalog, states, and records that wait for others."""
