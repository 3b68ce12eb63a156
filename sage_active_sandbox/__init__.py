"""A local stand-in for Sage Active's GraphQL API, its sign-in server and Maesn's REST API, with invented data."""
