// Uploads: announced, then sent with their progress, taken up again where a lost network stopped them.

const AT_ONCE = 2;
const WAITS_MS = [1000, 2000, 4000, 8000, 15000, 15000, 30000, 30000, 60000];
const PARTIAL = "application/partial-upload";
const AGAIN = new Set([0, 408, 429, 500, 502, 503, 504]);
const MEMORY = "telemed.uploads";

/** Files chosen, dropped on the section, or pasted, go to its address; `zone` is the form that does it without us. */
export function wireUploads(section, zone) {
  const input = zone.querySelector("input[type=file]");
  const list = zone.querySelector("[data-uploads]");
  const news = zone.querySelector("[data-upload-news]");
  const most = Number(section.dataset.most);
  const queue = new Queue(() => section.dispatchEvent(new CustomEvent("pieces:sent", { bubbles: true })));
  zone.classList.add("drop-zone-scripted"); // the whole zone is the field, which says no file name of its own
  for (const shown of section.querySelectorAll("[data-only-scripted]")) shown.hidden = false;
  for (const gone of section.querySelectorAll("[data-only-plain]")) gone.hidden = true;

  const take = (files) => {
    for (const file of files) {
      const line = new Line(list, file.name, news);
      const upload = new Upload(file, section.dataset.pieces, line);
      if (file.size === 0) line.fail("Ce fichier est vide.");
      else if (file.size > most) line.fail("Ce fichier dépasse 50 Mo.");
      else queue.add(upload);
    }
  };

  input.addEventListener("change", () => {
    take(input.files);
    input.value = "";
  });
  wireDrop(section, zone, take);
  document.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files ?? [];
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
  });
  window.addEventListener("beforeunload", (event) => {
    if (queue.isBusy) event.preventDefault();
  });
}

function wireDrop(section, zone, take) {
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  section.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    zone.classList.add("drop-zone-over");
  });
  section.addEventListener("dragleave", (event) => {
    if (!section.contains(event.relatedTarget)) zone.classList.remove("drop-zone-over");
  });
  section.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    zone.classList.remove("drop-zone-over");
    take(event.dataTransfer.files);
  });
}

/** Two uploads at a time; `onDone` after each. */
class Queue {
  constructor(onDone) {
    this.onDone = onDone;
    this.waiting = [];
    this.running = 0;
  }

  get isBusy() {
    return this.running > 0 || this.waiting.length > 0;
  }

  add(upload) {
    this.waiting.push(upload);
    this.next();
  }

  async next() {
    if (this.running >= AT_ONCE || this.waiting.length === 0) return;
    const upload = this.waiting.shift();
    this.running += 1;
    try {
      await upload.run();
    } finally {
      this.running -= 1;
      this.onDone();
      this.next();
    }
  }
}

/** One file on its way. */
class Upload {
  constructor(file, api, line) {
    this.file = file;
    this.api = api;
    this.line = line;
    this.isCancelled = false;
    line.onCancel(() => this.cancel());
  }

  async run() {
    if (this.isCancelled) return;
    try {
      let offset = await this.begin();
      for (let tries = 0; !this.isCancelled; ) {
        const before = offset;
        const answer = await this.send(offset);
        if (answer.status === 200) return this.finish(answer.body);
        if (answer.status === 409 && answer.offset !== null) {
          offset = answer.offset;
        } else if (!AGAIN.has(answer.status)) {
          return this.line.fail(answer.body?.detail ?? "Ce fichier n’a pas pu être joint.");
        } else {
          this.line.say("Connexion perdue, l’envoi reprendra où il en était…");
          await this.pause(WAITS_MS[Math.min(tries, WAITS_MS.length - 1)]);
          offset = await this.whereToGoOn(offset);
        }
        tries = offset > before ? 0 : tries + 1;
        if (tries > WAITS_MS.length) return this.line.fail("L’envoi n’aboutit pas. Choisissez à nouveau ce fichier pour le reprendre.");
      }
    } catch (error) {
      if (!this.isCancelled) this.line.fail(error.message);
    }
  }

  /** Announce the file, or find the upload that a reload of the page interrupted; gives where to go on. */
  async begin() {
    const known = remembered(this.api, this.file);
    if (known) {
      this.id = known;
      const here = await ask(`/attachments/${known}`, { method: "HEAD" });
      if (here.ok && here.headers.get("Upload-Complete") === "?0") return Number(here.headers.get("Upload-Offset"));
    }
    const body = JSON.stringify({ name: this.file.name, length: this.file.size });
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    const answer = await ask(this.api, { method: "POST", headers, body });
    const said = await answer.json().catch(() => null);
    if (!answer.ok) throw new Error(said?.detail ?? "Ce fichier n’a pas pu être joint.");
    this.id = said.id;
    remember(this.api, this.file, said.id);
    return 0;
  }

  /** Send what is left; resolves with the answer, status 0 when the network is lost. */
  send(offset) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      this.request = request;
      request.open("PATCH", `/attachments/${this.id}`);
      request.setRequestHeader("Content-Type", PARTIAL);
      request.setRequestHeader("Upload-Offset", String(offset));
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => this.line.progress(offset + event.loaded, this.file.size));
      request.upload.addEventListener("load", () => this.line.say("Vérification…"));
      request.addEventListener("loadend", () => {
        const told = request.getResponseHeader("Upload-Offset");
        resolve({ status: request.status, body: parsed(request.responseText), offset: told === null ? null : Number(told) });
      });
      this.line.progress(offset, this.file.size);
      request.send(this.file.slice(offset));
    });
  }

  async whereToGoOn(offset) {
    try {
      const here = await ask(`/attachments/${this.id}`, { method: "HEAD" });
      return here.ok ? Number(here.headers.get("Upload-Offset")) : offset;
    } catch {
      return offset;
    }
  }

  finish(attachment) {
    forget(this.api, this.file);
    if (attachment.state === "kept") this.line.done();
    else this.line.say("Reçu. Il s’ouvrira une fois vérifié.", { isOver: true });
  }

  async cancel() {
    this.isCancelled = true;
    this.request?.abort();
    forget(this.api, this.file);
    this.line.remove();
    if (this.id) await ask(`/attachments/${this.id}`, { method: "DELETE" }).catch(() => null);
  }

  pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      window.addEventListener(
        "online",
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }
}

/** A line of the list: name, progress, what happens, and a button to give up. */
class Line {
  constructor(list, name, news) {
    this.name = name;
    this.news = news;
    this.item = element("li", "upload");
    this.bar = element("progress", "");
    this.bar.max = 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", `Envoi de ${name}`);
    this.state = element("p", "upload-state", "En attente");
    this.button = element("button", "button button-quiet", "Annuler");
    this.button.type = "button";
    this.button.setAttribute("aria-label", `Annuler l’envoi de ${name}`);
    this.item.append(element("span", "upload-name", name), this.button, this.bar, this.state);
    list.hidden = false;
    list.append(this.item);
    this.list = list;
  }

  onCancel(cancel) {
    this.button.addEventListener("click", () => {
      if (this.isOver) this.remove();
      else cancel();
    });
  }

  progress(sent, total) {
    this.bar.value = sent / total;
    this.state.textContent = `${Math.floor((100 * sent) / total)} %`;
  }

  say(text, { isOver = false } = {}) {
    this.state.textContent = text;
    if (isOver) this.end();
  }

  done() {
    this.news.textContent = `${this.name} est joint.`;
    this.remove();
  }

  fail(text) {
    this.item.classList.add("upload-failed");
    this.state.textContent = text;
    this.news.textContent = `${this.name} : ${text}`;
    this.end();
  }

  end() {
    this.isOver = true;
    this.bar.hidden = true;
    this.button.textContent = "Effacer";
    this.button.setAttribute("aria-label", `Effacer la ligne de ${this.name}`);
  }

  remove() {
    this.item.remove();
    this.list.hidden = this.list.children.length === 0;
  }
}

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function ask(address, options) {
  return fetch(address, { credentials: "same-origin", redirect: "error", ...options });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// What a reload interrupts is found again by size and date: a file's name may be a patient's, and is not kept here.
const mark = (api, file) => `${api} ${file.size} ${file.lastModified}`;

function memory() {
  return parsed(sessionStorage.getItem(MEMORY) ?? "") ?? {};
}

function remembered(api, file) {
  return memory()[mark(api, file)];
}

function remember(api, file, id) {
  sessionStorage.setItem(MEMORY, JSON.stringify({ ...memory(), [mark(api, file)]: id }));
}

function forget(api, file) {
  const { [mark(api, file)]: _, ...others } = memory();
  sessionStorage.setItem(MEMORY, JSON.stringify(others));
}
