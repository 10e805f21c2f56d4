"""Notebooks run with live figures. The picture beside one is compared with nothing: no notebook stores one."""


def pytest_collection_modifyitems(items):
    """Leave the picture, which is HTML, out of what is compared."""
    for notebook in {item.parent for item in items if hasattr(item.parent, "skip_compare")}:
        notebook.skip_compare += ("text/html",)
