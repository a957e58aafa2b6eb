"""HTTP plumbing shared by every routes.py: operations, problems (RFC 9457), callers, pages, limits, OpenAPI, health."""
