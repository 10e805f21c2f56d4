"""Notebooks are compared with what is stored in them, which is words: a figure shows itself as those here, too."""

import os

os.environ["VGTEXT_EXPLORE"] = "text"
