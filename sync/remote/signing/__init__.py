"""Sign-in as a state: what is known, what is owed, and what a person has to do next."""
