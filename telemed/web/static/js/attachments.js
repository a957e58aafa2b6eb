// What is joined to a case: uploads with their progress, and the viewer. Without this the same form and links work.

import { replaceContent } from "./live.js";
import { wireUploads } from "./upload.js";
import { wireViewer } from "./viewer.js";

export function wireAttachments(root = document) {
  for (const section of root.querySelectorAll("[data-pieces]")) {
    const zone = section.querySelector("[data-drop]");
    if (zone) wireUploads(section, zone);
    wireViewer(section, root.querySelector("[data-viewer]"));
    section.addEventListener("pieces:sent", () => refresh(section.querySelector("[data-live-fragment]")));
  }
}

/** What this page sent is seen at once, whether or not the server has told of it. */
async function refresh(region) {
  const answer = await fetch(region.dataset.liveFragment, { credentials: "same-origin", redirect: "error" });
  if (answer.ok) replaceContent(region, await answer.text());
}
