"""Pages that the server makes whole: no script is needed, nothing is loaded from elsewhere."""
