"""Shares: a resident's request, logged first and signed by the issuers second."""
