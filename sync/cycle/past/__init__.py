"""What was changed: history, runs, and taking a run back."""
