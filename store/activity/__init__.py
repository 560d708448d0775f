"""What was asked, is to be sent and was done, and what a person was told or has to decide."""
