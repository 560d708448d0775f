"""The long-running process and the command line: wiring, schedule, watching, control socket."""
