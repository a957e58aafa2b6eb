// Forms that keep themselves: what is typed is sent after a pause, and the page says when it is safe.

const PAUSE_MS = 1200;

/** Save `form` by itself. `extra` turns the form's data into what is sent; `onSaved` receives the response. */
export function autosave(form, address, { onSaved = () => {}, immediate = false } = {}) {
  const state = form.querySelector("[data-save-state]") ?? document.querySelector("[data-save-state]");
  let timer = 0;
  let isDirty = false;
  let isSending = false;
  let pending = Promise.resolve();

  async function send() {
    clearTimeout(timer);
    if (!isDirty) return;
    isDirty = false;
    isSending = true;
    say("Enregistrement…");
    try {
      const response = await fetch(address, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        keepalive: true,
      });
      if (!response.ok) throw new Error(String(response.status));
      say(isDirty ? "" : "Enregistré");
      onSaved(await response.json());
    } catch {
      isDirty = true;
      say("Pas encore enregistré : nouvel essai dans un instant");
      timer = setTimeout(save, 4000);
    } finally {
      isSending = false;
    }
  }

  function save() {
    pending = pending.then(send);
    return pending;
  }

  function say(text) {
    if (state) state.textContent = text;
  }

  form.addEventListener("input", () => {
    isDirty = true;
    say("");
    clearTimeout(timer);
    timer = setTimeout(save, immediate ? 0 : PAUSE_MS);
  });
  form.addEventListener("submit", (event) => {
    if (immediate && !event.submitter?.hasAttribute("formaction")) {
      event.preventDefault();
      isDirty = true;
      save();
      return;
    }
    // The form leaves as it is: nothing is kept beside it, and what is on its way is waited for, with its revision.
    clearTimeout(timer);
    isDirty = false;
    if (!isSending) return;
    const { submitter } = event;
    event.preventDefault();
    pending.then(() => form.requestSubmit(submitter));
  });
  addEventListener("pagehide", () => {
    if (isDirty) save();
  });
  return save;
}
