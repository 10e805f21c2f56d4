"""Python in the page: one click on a built page starts it in the reader's browser, where cells run and figures wake.

``assemble`` puts the files beside a built book (``make live``); ``page`` holds the scripts of the page and of the
worker, in which ``runner`` runs what the page asks for, with ``names`` (which cells a cell stands on) and ``outputs``.
Nothing here is imported by the rest of the package.
"""
