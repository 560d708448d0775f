"""Which line is which reminder, and which file which list, before anything is judged."""
