// How long the call has lasted, in minutes and seconds.

export function runClock(element, startedAt) {
  const start = startedAt ? Date.parse(startedAt) : Date.now();
  const show = () => {
    const seconds = Math.max(0, Math.floor((Date.now() - start) / 1000));
    const minutes = Math.floor(seconds / 60);
    element.textContent = `${String(minutes).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
  };
  show();
  return setInterval(show, 1000);
}
