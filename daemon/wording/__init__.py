"""How things are said to a person: moments, values, answers, and what went wrong in the store."""
