"""A stand-in for Windmill's server and workers: the same URLs, for one machine."""
