"""What was changed: the history of values written over, and the runs that they belong to."""
