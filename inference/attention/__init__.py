"""Where the evidence lies: maps, their ledger, and their pixels."""
