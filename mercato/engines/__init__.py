"""The same reading run over many texts, on one process or several."""
