"""Alerts: rules that are held against what is new, and messages that go out once."""
