"""A stand-in for Meta on one machine: Graph API, webhook deliveries, a chat page, a control API for tests."""
