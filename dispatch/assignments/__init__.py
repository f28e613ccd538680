"""One interpreter bound to one request (opdracht). Never two overlapping ones, travel included: the database refuses."""
