"""Invoices and receipts: from read pages to checked data, as pure functions over `layout`."""
