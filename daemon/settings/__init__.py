"""Reads the config and says where things live: each section, each key, each error with its line."""
