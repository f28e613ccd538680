"""The coordinator's side: what is still unanswered, and what can be done about it."""
