// What is under way gets on without the page being loaded again under a reader: its figures are brought, and the page
// once it is over.

const EVERY = 2000;
const PARTS = "[data-under-way]";

async function look() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.ok) {
    const there = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(PARTS);
    if (!there) {
      location.reload();
      return;
    }
    document.querySelector(PARTS).replaceChildren(...there.childNodes);
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
