"""The GraphQL API: the packaged schema executed over the store, in the dialect of the vendor's server."""
