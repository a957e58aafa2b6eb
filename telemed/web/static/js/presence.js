// « Disponible maintenant »: the page says again and again that its person is there, as long as it is open.

const SIGN_MS = 30_000;

/** Give signs of life to `address` (POST) until the answer is that the person is no longer there. */
export function giveSigns(address, { onGone = () => {} } = {}) {
  const timer = setInterval(async () => {
    try {
      const response = await fetch(address, { method: "POST", credentials: "same-origin", redirect: "error" });
      if (!response.ok || (await response.json()).is_there) return;
      clearInterval(timer);
      onGone();
    } catch {
      // The next sign tries again; three missed ones in a row end the presence.
    }
  }, SIGN_MS);
  return () => clearInterval(timer);
}
