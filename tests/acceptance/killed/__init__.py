"""The exchange of lots in processes of their own, killed between any two steps."""
