// The discussion of the call: kept by nobody, said to screen readers as it comes.

export class Chat {
  constructor(root, { other, onSend, onUnseen }) {
    this.log = root.querySelector("[data-chat-log]");
    this.form = root.querySelector("[data-chat-form]");
    this.other = other;
    this.onUnseen = onUnseen;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const input = this.form.elements.message;
      const text = input.value.trim();
      if (!text) return;
      onSend(text);
      this.add("Vous", text, true);
      input.value = "";
      input.focus();
    });
  }

  receive(text) {
    this.add(this.other, text, false);
    if (!this.log.checkVisibility()) this.onUnseen();
  }

  add(author, text, isMine) {
    this.log.querySelector("[data-chat-empty]")?.remove();
    const message = document.createElement("p");
    message.className = isMine ? "chat-message chat-message-mine" : "chat-message";
    const name = document.createElement("span");
    name.className = "chat-author";
    name.textContent = author;
    message.append(name, text);
    this.log.append(message);
    this.log.scrollTop = this.log.scrollHeight;
  }
}
