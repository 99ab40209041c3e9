"""The only part that faces the internet: stores Meta's webhooks durably, hands them to Windmill."""
