"""The resources of the ricloud API: users, sources, sessions, polls, results and events."""
