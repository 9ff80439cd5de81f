// What the pages gain from a script. All of them work without it; markup asks for it by data attributes.
(() => {
  const root = document.documentElement;
  const $ = (selector, from = document) => from.querySelector(selector);

  function remember(name, value) {
    try {
      if (value === null) localStorage.removeItem(name);
      else localStorage.setItem(name, value);
    } catch {
      // storage switched off: the choice lasts as long as the page
    }
  }

  function remembered(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  }

  // Theme: a choice that equals the system's is forgotten, so that the page follows the system again.
  function toggleTheme() {
    const chosen = root.dataset.bsTheme === "dark" ? "light" : "dark";
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    remember("theme", chosen === system ? null : chosen);
    root.dataset.bsTheme = chosen;
  }

  // Dialogs: the link that opens one leads to the same as a page.
  function openDialog(id) {
    const dialog = document.getElementById(id);
    if (!dialog || dialog.open) return false;
    dialog.showModal();
    return true;
  }

  // Toasts go by themselves, but not while someone points at them or is inside.
  const LIFE = 8000;

  function startToast(toast) {
    let timer;
    const stop = () => clearTimeout(timer);
    const start = () => {
      stop();
      if (!toast.matches(":hover, :focus-within")) timer = setTimeout(() => toast.remove(), LIFE);
    };
    toast.dataset.toast = "running";
    for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stop);
    for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, () => setTimeout(start));
    start();
  }

  function startToasts() {
    for (const toast of document.querySelectorAll('[data-toast=""]')) startToast(toast);
  }

  function failed(sentence) {
    const toast = $("#failed").content.firstElementChild.cloneNode(true);
    if (sentence) $("p", toast).textContent = sentence;
    $("#toasts").append(toast);
    startToasts();
  }

  // Focus: htmx keeps it by id; where the element had none or is gone, its named place or the block gets it.
  let focus = null;

  function noteFocus() {
    const element = document.activeElement;
    if (!element || element === document.body) return;
    const key = element.closest("[data-focus]")?.dataset.focus;
    focus = { element, key, block: element.parentElement.closest("[id]")?.id };
  }

  function restoreFocus() {
    const first = $("[data-focus-first]:not([data-focused])");
    if (first) {
      first.dataset.focused = "";
      first.focus();
    } else if (focus && !focus.element.isConnected && document.activeElement === document.body) {
      const place = focus.key && $(`[data-focus="${CSS.escape(focus.key)}"]`);
      const block = focus.block && document.getElementById(focus.block);
      if (place) place.focus({ preventScroll: true });
      else if (block) focusBlock(block);
    }
    focus = null;
  }

  function focusBlock(block) {
    if (!block.matches("a, button, input, select, textarea, summary, [tabindex]")) block.tabIndex = -1;
    block.focus({ preventScroll: true });
  }

  // Shortcuts of one key: not while typing, and not where they are switched off.
  function typing(target) {
    return target.closest("input, textarea, select, [contenteditable]") !== null;
  }

  function shortcut(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (typing(event.target) || $("dialog[open]") || remembered("shortcuts") === "off") return;
    if (event.key === "?") openDialog("shortcuts");
    else if (event.key === "/" && $("[data-search]")) $("[data-search]").focus();
    else return;
    event.preventDefault();
  }

  function clicked(event) {
    const opener = event.target.closest("[data-dialog]");
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
    if (opener && plain && openDialog(opener.dataset.dialog)) event.preventDefault();
    if (event.target.closest("[data-theme-toggle]")) toggleTheme();
    if (event.target.closest("[data-print]")) print();
    if (event.target.closest("[data-dismiss]")) event.target.closest("[data-toast]").remove();
    const dialog = event.target.closest("dialog");
    if (dialog && (event.target === dialog || event.target.closest("[data-close]"))) dialog.close();
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  }

  function changed(event) {
    // A date field changes with every digit typed; its form waits for Enter or the button.
    if (event.target.matches("form[data-submit-on-change] :is(select, [type=checkbox], [type=radio])")) {
      event.target.form.requestSubmit();
    }
    if (event.target.matches("[data-shortcuts-switch]")) {
      remember("shortcuts", event.target.checked ? null : "off");
    }
  }

  function escaped(event) {
    const menu = event.key === "Escape" && event.target.closest("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    $("summary", menu).focus();
  }

  document.addEventListener("click", clicked);
  document.addEventListener("change", changed);
  document.addEventListener("keydown", shortcut);
  document.addEventListener("keydown", escaped);
  document.addEventListener("htmx:before:swap", noteFocus);
  document.addEventListener("htmx:after:swap", () => {
    startToasts();
    restoreFocus();
  });
  // Answered with a whole page instead of a block, a refusal leaves this page as it is and shows its sentence.
  document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
    if (!/^\s*<!doctype/i.test(ctx.text)) return;
    ctx.swap = "none";
    const page = new DOMParser().parseFromString(ctx.text, "text/html");
    failed($("[data-sentence]", page)?.textContent);
  });
  document.addEventListener("htmx:error", ({ detail }) => {
    if (!detail.ctx?.response) failed();
  });

  const off = $("[data-shortcuts-switch]");
  if (off) off.checked = remembered("shortcuts") !== "off";
  startToasts();
  restoreFocus();
})();
