"""What both sides agreed on: values, headings, occurrences that are done, lists left out."""
