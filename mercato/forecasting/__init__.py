"""What came of the rumours: outcomes, the record of each source, probabilities that add up, and their test."""
