"""A basis, or a trained model, as one page for a browser: HTML that holds everything and asks no network."""
