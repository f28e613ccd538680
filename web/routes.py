"""Every blueprint and command of the house, and the static files."""

from flask import Flask

from web.guard import policy

BLUEPRINTS: list = []
COMMANDS: list = []


def register(app: Flask) -> None:
    """Put every module on the application."""
    app.view_functions["static"] = policy(public=True)(app.view_functions["static"])
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for group in COMMANDS:
        app.cli.add_command(group)
