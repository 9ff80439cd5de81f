// Loaded before the styles, so that the page is never drawn in the wrong theme.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  function remembered() {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage switched off: the system's choice holds
    }
  }

  function apply() {
    root.dataset.bsTheme = remembered() || (system.matches ? "dark" : "light");
  }

  root.classList.add("js");
  apply();
  system.addEventListener("change", apply);
  addEventListener("storage", apply);
})();
