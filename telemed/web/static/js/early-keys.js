// Keys pressed before the page's module has started, kept for it: a page that can be seen can be worked. No module,
// so that it runs before anything is shown; `makeKeys` takes what it kept and ends it.
"use strict";

{
  const MOST = 20;
  const kept = [];
  const keep = (event) => {
    if (kept.length < MOST && !event.ctrlKey && !event.metaKey && !event.altKey) kept.push(event);
  };
  addEventListener("keydown", keep);
  globalThis.takeEarlyKeys = () => {
    removeEventListener("keydown", keep);
    return kept.splice(0);
  };
}
