import local  # noqa: F401  puts windmill/ on the path
