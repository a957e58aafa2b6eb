"""HTTP of télé-expertise: requests, answers, opinions, exchanges, lists."""

from telemed.acts.teleexpertise.routes import answers, exchange, proposals, requests, templates

OPERATIONS = (requests.operations, answers.operations, exchange.operations, templates.operations, proposals.operations)
