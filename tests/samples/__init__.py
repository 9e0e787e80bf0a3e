"""Tests of the sample documents and of the English case table."""
