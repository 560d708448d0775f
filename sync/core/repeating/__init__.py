"""What repeats, and what rings: the next occurrence, a series that goes on, the due moments."""
