"""`python -m mercato` is the command `mercato`."""

import sys

from mercato.interfaces.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
