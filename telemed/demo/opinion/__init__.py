"""One whole télé-expertise, played through the public HTTP by a nurse and a doctor of another practice."""
