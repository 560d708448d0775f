"""The control socket: who may speak with the daemon, and what each resource answers."""
