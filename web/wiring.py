"""All traffic between modules, in one table: which event makes whom act, inside the same transaction."""

from flask import Flask

from kernel.events import Event, Subscriber, subscribe

WIRING: list[tuple[type[Event], Subscriber]] = []


def register(app: Flask) -> None:
    """Connect every row of the table."""
    for event, subscriber in WIRING:
        subscribe(event, subscriber)
