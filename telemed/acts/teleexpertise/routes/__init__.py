"""HTTP of télé-expertise: requests, answers, opinions, exchanges, lists."""

from telemed.acts.teleexpertise.routes import answers, exchange, papers, proposals, requests, templates

OPERATIONS = (
    requests.operations,
    answers.operations,
    exchange.operations,
    papers.operations,
    templates.operations,
    proposals.operations,
)
