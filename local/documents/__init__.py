"""The demo's documents: real PDFs, the questions that they answer, and bad files for tests."""
