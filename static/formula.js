// The field of a formula: the keys and functions that the word at the caret may mean, by keyboard and pointer.
// Without it the field is a plain one, with the same keys in a list below.
//
//   <input id="ID" data-formula="ADDRESS">          becomes a combobox; ADDRESS?q=WORD answers with the options
//   <ul id="ID-keys" role="listbox" hidden>          each option is typed as its data-insert says
//   <div id="ID-said">                               what the server says of the formula; an error marks the field
(() => {
  const PAUSE = 120;
  let timer;
  let request;

  function listOf(input) {
    return document.getElementById(`${input.id}-keys`);
  }

  function options(input) {
    return [...listOf(input).children];
  }

  function active(input) {
    return options(input).find((option) => option.id === input.getAttribute("aria-activedescendant"));
  }

  // The word at the caret, from its first to behind its last character.
  function word(input) {
    const at = input.selectionStart;
    const before = /[a-z_]\w*$/i.exec(input.value.slice(0, at))?.[0] ?? "";
    const after = before && /^\w*/.exec(input.value.slice(at))[0];
    return { typed: before, start: at - before.length, end: at + after.length };
  }

  function close(input) {
    clearTimeout(timer);
    request?.abort();
    listOf(input).hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function show(input, html) {
    const list = listOf(input);
    list.innerHTML = html;
    const [first, ...others] = options(input);
    if (!first || document.activeElement !== input) return close(input);
    if (!others.length && first.dataset.insert === word(input).typed) return close(input);
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    input.removeAttribute("aria-activedescendant");
    document.getElementById("announce").textContent = first.dataset.says;
  }

  async function suggest(input) {
    request?.abort();
    request = new AbortController();
    const address = new URL(input.dataset.formula, location.href);
    address.searchParams.set("q", word(input).typed);
    try {
      const answer = await fetch(address, { signal: request.signal });
      if (answer.ok) show(input, await answer.text());
      else close(input);
    } catch (error) {
      if (error.name !== "AbortError") close(input);
    }
  }

  function go(input, step) {
    const all = options(input);
    const at = all.indexOf(active(input)) + step;
    const next = all[at < -1 ? all.length - 1 : at];
    for (const option of all) option.setAttribute("aria-selected", String(option === next));
    if (!next) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  }

  // A function is typed with its brackets, the caret between them.
  function choose(input, option) {
    const { start, end } = word(input);
    const called = option.dataset.insert.endsWith("()");
    const text = called && input.value[end] === "(" ? option.dataset.insert.slice(0, -2) : option.dataset.insert;
    input.setRangeText(text, start, end, "end");
    if (text.endsWith("()")) input.selectionStart = input.selectionEnd -= 1;
    close(input);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function pressed(event) {
    const input = event.target.closest("[data-formula]");
    if (!input || event.isComposing || event.ctrlKey || event.metaKey) return;
    const open = !listOf(input).hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && open) go(input, step);
    else if (event.key === "ArrowDown") suggest(input);
    else if (event.key === "Enter" && open && active(input)) choose(input, active(input));
    else if (event.key === "Escape") close(input);
    else return;
    if (open || event.key !== "Escape") event.preventDefault();
  }

  // What is typed by a person asks for suggestions; what is typed for one, by choosing, does not.
  function typed(event) {
    const input = event.target.closest("[data-formula]");
    if (!input || !event.isTrusted) return;
    clearTimeout(timer);
    if (word(input).typed) timer = setTimeout(() => suggest(input), PAUSE);
    else close(input);
  }

  function pointed(event) {
    const option = event.target.closest(".suggestions > [role=option]");
    if (!option) return;
    event.preventDefault(); // the field keeps the focus
    choose(document.getElementById(option.parentElement.id.replace(/-keys$/, "")), option);
  }

  function left(event) {
    const input = event.target.closest("[data-formula]");
    if (input) close(input);
  }

  function start() {
    for (const input of document.querySelectorAll("[data-formula]")) {
      if (input.role !== "combobox") {
        input.setAttribute("role", "combobox");
        input.setAttribute("aria-autocomplete", "list");
        input.setAttribute("aria-controls", `${input.id}-keys`);
        input.setAttribute("aria-expanded", "false");
      }
      const wrong = document.querySelector(`#${input.id}-said .field-error`) !== null;
      input.setAttribute("aria-invalid", String(wrong));
      input.closest(".field").classList.toggle("wrong", wrong);
    }
  }

  document.addEventListener("input", typed);
  document.addEventListener("keydown", pressed);
  document.addEventListener("pointerdown", pointed);
  document.addEventListener("focusout", left);
  document.addEventListener("htmx:after:swap", start);
  start();
})();
