"""A pretend iCloud on loopback: the server side of the same wire, and a simulated phone."""
