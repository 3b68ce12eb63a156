"""Shared by both connectors: the contract, the register of objects, the two API clients."""
