"""`python -m processes run`: the whole on one machine. `python -m processes web`: one role, in this very process."""

import argparse
import os
import sys
from typing import NoReturn

from kernel.settings import Settings
from processes import house, kin
from processes.roles import FEWEST, ROLES, ROOT


def main() -> int:
    """Do what the command line asks; return the exit status."""
    parser = _parser()
    asked = parser.parse_args()
    if strangers := set(vars(asked).get("role", ())) - set(ROLES):
        parser.error(f"there is no role {', '.join(sorted(strangers))}; there are {', '.join(ROLES)}")
    try:
        settings = Settings.from_environment()
    except (ValueError, OSError) as error:
        sys.stderr.write(f"A setting cannot be used: {error}\n")
        return 1
    if asked.what == "run":
        if asked.end_with_parent:
            kin.end_with_parent()
        return house.run(settings, asked.role or FEWEST)
    if asked.what == "postgres":
        return house.run_database(settings)
    return _become(ROLES[asked.what].argv(settings, settings.port))


def _become(program: list[str]) -> NoReturn:
    os.chdir(ROOT)
    os.execvp(program[0], program)  # noqa: S606 - our own table of roles


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m processes", description=__doc__)
    what = parser.add_subparsers(dest="what", required=True, metavar="COMMAND")
    run = what.add_parser("run", help="database, migration, demo agency and roles, until Ctrl-C")
    run.add_argument("role", nargs="*", help=f"of {', '.join(ROLES)}; without any: {' '.join(FEWEST)}")
    run.add_argument("--end-with-parent", action="store_true", help="stop when whoever started this dies")
    what.add_parser("postgres", help="the embedded database alone")
    for name in ROLES:
        what.add_parser(name, help=f"the role {name} alone, on HOST and PORT where it listens")
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # before anything was started
        sys.exit(130)
