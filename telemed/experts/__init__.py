"""Who can be asked for an opinion, and when: profiles, lines, shifts, leave, and the openings made of them."""
