"""One module a chapter: its experiments (numbers in, arrays out), its draw functions, its claims."""
