"""Kinds of anomalies, a module for each theme; every `find` takes a Ledger and yields Anomalies."""
