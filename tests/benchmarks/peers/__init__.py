"""Services that do the same the usual way, or the least that can be done: what ours is measured against."""
