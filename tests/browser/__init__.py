"""The page in HTML, in headless Chromium."""
