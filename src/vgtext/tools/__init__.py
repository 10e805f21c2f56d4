"""The command line, and what it does: fork, slides, figures, links, grades."""
