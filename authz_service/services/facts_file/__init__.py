"""Facts as a file: loading it checked as a whole, and exporting what is believed in the same shape."""
