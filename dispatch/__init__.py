"""Interpreting and translation on request: from a request to a performance that both sides confirmed."""
