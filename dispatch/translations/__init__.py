"""Documents of a request (vertaling): source in, quote, translation out, and the deadline clock."""
