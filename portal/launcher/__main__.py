"""`python3 -m portal.launcher COMMAND`: finds a Python that is new enough, then runs the command."""

import os
import shutil
import sys


def newer_python():  # noqa: ANN201 - read by old Pythons
    # type: () -> str | None
    """The path of a Python 3.11 or later on this machine, or None."""
    names = ["python3." + str(minor) for minor in range(11, 20)]
    found = [shutil.which(name) for name in names]
    return next((path for path in found if path), None)


if sys.version_info < (3, 11):  # noqa: UP036 - started by whatever `python3` is
    better = newer_python()
    if better is None:
        sys.exit(
            "Python 3.11 or later is needed; `python3` here is "
            + sys.version.split()[0]
            + ". Install one, or name it: make run PYTHON=/path/to/python3.11"
        )
    os.execv(better, [better, "-m", "portal.launcher", *sys.argv[1:]])  # noqa: S606

from portal.launcher.commands import main  # noqa: E402 - the check above must come first

sys.exit(main(sys.argv[1:]))
