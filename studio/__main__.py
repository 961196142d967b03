"""`python -m studio`: serves until it is told to stop. Prints one line with the address when it is ready."""

from __future__ import annotations

import logging
import sys

from pydantic import ValidationError

from studio.app import CannotStart, serve
from studio.settings import Settings


def main() -> int:
    """Return the exit code: 0 after a stop, 2 for a setting that is wrong, 3 when the studio cannot start."""
    try:
        settings = Settings(_env_file=".env")
    except ValidationError as error:
        for problem in error.errors():
            name = "STUDIO_" + "_".join(str(part) for part in problem["loc"]).upper()
            print(f"{name}: {problem['msg']}", file=sys.stderr)  # noqa: T201 - the terminal is the place
        return 2
    logging.basicConfig(
        level=settings.log_level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    try:
        serve(settings)
    except CannotStart as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 3
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
