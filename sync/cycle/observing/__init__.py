"""What both sides say now: change pages to the mirror, files to lines, earlier writes settled."""
