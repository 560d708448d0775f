"""What files shall hold: a plan's changes as new bytes, with what each write means for the base."""
