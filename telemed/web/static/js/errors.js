// Errors of a form: the summary takes the focus, so that it is read first.

export function focusFirstError(root = document) {
  root.querySelector("[data-focus-first]")?.focus();
}
