"""The runner's HTTP side: Windmill's URLs, by theme."""
