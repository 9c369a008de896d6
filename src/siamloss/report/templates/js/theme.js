const THEMES = { "": "as the system", light: "light", dark: "dark" };

one("#theme").addEventListener("click", () => {
  const names = Object.keys(THEMES);
  const next = names[(names.indexOf(root.dataset.theme ?? "") + 1) % names.length];
  if (next) root.dataset.theme = next;
  else delete root.dataset.theme;
  one("#theme").textContent = `Theme: ${THEMES[next]}`;
});

/** Every detail is printed; what was closed is closed again afterwards. */
let closed = [];
window.addEventListener("beforeprint", () => {
  closed = all("main details:not([open])");
  for (const element of closed) element.open = true;
});
window.addEventListener("afterprint", () => { for (const element of closed) element.open = false; });
