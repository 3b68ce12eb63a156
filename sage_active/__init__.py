"""Shared by both connectors: the contract, the table of resources, the two API clients."""
