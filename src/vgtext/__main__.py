"""``python -m vgtext``: the command line."""

import sys

from vgtext.tools.cli import main

sys.exit(main())
