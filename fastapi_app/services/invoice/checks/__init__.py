"""Checks of one invoice, a module for each theme; every check takes Facts and yields Issues."""
