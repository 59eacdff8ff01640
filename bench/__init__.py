"""Benchmarks that anyone can repeat: `./recto bench`, or `python -m bench`."""
