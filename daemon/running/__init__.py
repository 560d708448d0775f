"""The running process: its loop, what wakes it, what it says of itself, and when it hangs."""
