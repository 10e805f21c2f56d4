"""The code behind an interactive textbook on vanishing and exploding gradients.

``vgtext.nn`` is the math, ``vgtext.explore`` the interactive figure, ``vgtext.palette`` the language of the
figures, ``vgtext.chapters`` one module a chapter.
"""
