"""Agendafeed: the own appointments in somebody's own calendar, by a secret address that can be taken back."""
