"""HTTP of télé-expertise: requests, answers, opinions, exchanges, lists."""

from telemed.acts.teleexpertise.routes import answers, exchange, requests, templates

OPERATIONS = (requests.operations, answers.operations, exchange.operations, templates.operations)
