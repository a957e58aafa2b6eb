// One's own picture: dragged to a corner with the pointer, or sent to the next corner with a click or a key.

const CORNERS = ["bottom-end", "bottom-start", "top-start", "top-end"];

export function wireSelfView(button) {
  const stage = button.parentElement;
  let start = null;
  let wasDragged = false;

  button.addEventListener("pointerdown", (event) => {
    start = { x: event.clientX, y: event.clientY };
    wasDragged = false;
    button.setPointerCapture(event.pointerId);
  });
  button.addEventListener("pointermove", (event) => {
    if (!start) return;
    const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
    wasDragged ||= Math.hypot(dx, dy) > 8;
    if (wasDragged) button.style.translate = `${dx}px ${dy}px`;
  });
  button.addEventListener("pointerup", (event) => {
    if (start && wasDragged) {
      const box = stage.getBoundingClientRect();
      const vertical = event.clientY < box.top + box.height / 2 ? "top" : "bottom";
      const horizontal = event.clientX < box.left + box.width / 2 ? "start" : "end";
      button.dataset.corner = `${vertical}-${horizontal}`;
    }
    button.style.translate = "";
    start = null;
  });
  button.addEventListener("click", () => {
    if (wasDragged) return;
    button.dataset.corner = CORNERS[(CORNERS.indexOf(button.dataset.corner) + 1) % CORNERS.length];
  });
}
