"""Facts of the outside world, with their source: languages of ISO 639-3 and Belgian municipalities."""
