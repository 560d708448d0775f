"""The process itself: its lock, its log, its memory, its threads, and the buses it speaks on."""
