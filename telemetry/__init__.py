"""What every program of Recto tells those who run it: log lines, numbers, errors, traces. It knows no application."""
