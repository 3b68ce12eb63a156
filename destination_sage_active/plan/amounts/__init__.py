"""Amounts: what records state, what lines come to, and how far both may differ."""
