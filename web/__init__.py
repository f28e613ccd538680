"""The shell: application factory, guard, error table, locale, security headers, sockets, and the wiring of events."""
