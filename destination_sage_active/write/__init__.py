"""Carries the plan out: batches of commands, and what became of them."""
