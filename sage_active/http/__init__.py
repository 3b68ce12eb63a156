"""HTTP with deadlines, a request budget and retries."""
