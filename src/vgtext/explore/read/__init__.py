"""From a drawn matplotlib figure to the marks that the page draws."""
