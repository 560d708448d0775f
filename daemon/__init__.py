"""The long-running process and the command line: here what puts the parts together, and what
several rooms use.
"""
