"""Signing in: tokens, where they are kept, and the sign-in button of Airbyte's form."""
