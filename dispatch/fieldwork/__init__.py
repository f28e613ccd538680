"""The interpreter's side: offers, agenda and performances, on a telephone."""
