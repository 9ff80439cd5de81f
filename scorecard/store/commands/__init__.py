"""What may be done to a plan: one command, one intent, one transaction, one audit row."""
