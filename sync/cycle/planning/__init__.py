"""The three states put together, and everything that shall be done about them."""
