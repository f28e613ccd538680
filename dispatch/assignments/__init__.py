"""One interpreter bound to one request (opdracht). Two never overlap, travel included: the database refuses."""
