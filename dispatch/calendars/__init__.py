"""Working days and office hours of an agency, in Europe/Brussels: the clock that terms are counted on."""
