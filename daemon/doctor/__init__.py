"""What `doctor` looks at on this machine, what it makes of it, and what it says to do."""
