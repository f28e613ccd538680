"""The requester's side: asking for an interpreter and following what becomes of it."""
