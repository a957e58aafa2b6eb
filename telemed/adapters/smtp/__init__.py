"""E-mail by SMTP: the client, and a server of ours on loopback that keeps what it receives."""
