"""`python -m benchmarks`: run every benchmark, or those named, and print one table."""

import argparse
import sys
import time

from benchmarks import (
    accept_race,
    accept_rate,
    board,
    desk_screens,
    matching_speed,
    memory,
    pages,
    screens,
    telephone_day,
    year,
)
from benchmarks.dispatch_year import bench as dispatch_year
from benchmarks.figures import Figure, keep, table
from benchmarks.media import run as media
from benchmarks.place import Place

BENCHMARKS = {
    "accept_race": accept_race.run,
    "accept_rate": accept_rate.run,
    "year": year.run,
    "board": board.run,
    "pages": pages.run,
    "desk_screens": desk_screens.run,
    "screens": screens.run,
    "memory": memory.run,
    "matching_speed": matching_speed.run,
    "dispatch_year_goals": dispatch_year.run,
    "media": media.run,
    "telephone_day": telephone_day.run,
}


def main() -> int:
    """Run what is asked; the exit status says whether every goal was met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="*", help=f"of {', '.join(BENCHMARKS)}; without any: all")
    parser.add_argument("--rounds", type=int, default=500, help="races of accept_race (500)")
    parser.add_argument("--media", nargs="+", choices=media.PARTS, help="parts of media (all); kept nowhere")
    options = parser.parse_args()
    if strangers := set(options.name) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(strangers))}; there are {', '.join(BENCHMARKS)}")
    figures: list[Figure] = []
    place = Place()
    try:
        for name in options.name or BENCHMARKS:
            before = time.perf_counter()
            found = BENCHMARKS[name](place, options)
            if not (name == "media" and options.media):
                keep(name, found)
            figures += found
            print(f"{name}: {time.perf_counter() - before:.0f} s", file=sys.stderr, flush=True)
    finally:
        place.close()
        print(table(figures))  # also what was measured before one that broke
    return 0 if all(it.met for it in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
