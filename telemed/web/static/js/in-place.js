// Forms that are sent without leaving the page: what it holds, its place and its keys stay.

import { wireUndo } from "./undo.js";

const SHOWN_MS = 12_000;

/**
 * Send the forms of the page that `isOurs` knows, one after the other, and hand the page that came to `receive` with
 * what was sent. Where the answer is another page than this one, that page is shown, as without this.
 */
export function sendInPlace({ isOurs, receive, lost }) {
  let turn = Promise.resolve();

  async function send(form, action, body) {
    const response = await fetch(action, { method: "POST", body, credentials: "same-origin" });
    if (response.ok && new URL(response.url).pathname === location.pathname) {
      receive(new DOMParser().parseFromString(await response.text(), "text/html"), { form, action, body });
    } else if (response.status >= 500) lost();
    else if (response.ok) location.assign(response.url);
    else form.submit();
  }

  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || !isOurs(form)) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    if (submitter?.name) body.append(submitter.name, submitter.value);
    const { action } = form;
    turn = turn.then(() => send(form, action, body)).catch(lost);
  });
}

/** Something that went wrong, to be shown. */
export function makeToast(text) {
  const toast = document.createElement("div");
  toast.className = "toast toast-now";
  toast.textContent = text;
  return toast;
}

/** Show for a while, over the page, what a page that came has to say; it takes the place of what was said before. */
export function showToast(toast) {
  const holder = document.querySelector("[data-toasts]");
  document.querySelector("main > .toast")?.remove();
  holder.replaceChildren(...(toast ? [toast] : []));
  wireUndo(holder);
  if (toast) setTimeout(() => toast.remove(), SHOWN_MS);
}
