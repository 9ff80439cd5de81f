// The tree with the keyboard and by dragging. Rows, folding and "Move to..." work as links and forms without it.
//
//   <table role="treegrid" data-treegrid>  <tr data-row="KEY" data-link="PARENT" aria-level="2" tabindex="-1">
//   in a row: .twist folds, .drag is the handle, the first a.plain opens
//   <form data-move> with fields node, parent (old) and to (new): sent when a row is dropped into another
(() => {
  const LINKS = "a[href], button, input, select, summary";

  function rows(grid) {
    return [...grid.querySelectorAll("tr[data-row]")];
  }

  function goTo(row) {
    if (!row) return;
    for (const other of row.closest("[data-treegrid]").querySelectorAll('tr[tabindex="0"]')) other.tabIndex = -1;
    row.tabIndex = 0;
    row.focus();
  }

  function parentOf(row) {
    const level = Number(row.ariaLevel);
    let above = row.previousElementSibling;
    while (above && Number(above.ariaLevel) >= level) above = above.previousElementSibling;
    return above;
  }

  const KEYS = {
    ArrowDown: (row, all) => goTo(all[all.indexOf(row) + 1]),
    ArrowUp: (row, all) => goTo(all[all.indexOf(row) - 1]),
    Home: (row, all) => goTo(all[0]),
    End: (row, all) => goTo(all.at(-1)),
    ArrowRight: (row, all) => (row.ariaExpanded === "false" ? fold(row) : goTo(all[all.indexOf(row) + 1])),
    ArrowLeft: (row) => (row.ariaExpanded === "true" ? fold(row) : goTo(parentOf(row))),
    Enter: (row) => row.querySelector("a.plain")?.click(),
  };

  function fold(row) {
    row.querySelector(".twist")?.click();
  }

  function pressed(event) {
    const row = event.target.closest("[data-treegrid] tr[data-row]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && event.target !== row) return goTo(row);
    if (event.target !== row || !KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key](row, rows(row.closest("[data-treegrid]")));
  }

  // A drop means "into this row". The rows themselves never change places here: the server answers with the new tree.
  function letDrag(grid) {
    grid.dataset.treegrid = "live";
    const first = grid.querySelector('tr[tabindex="0"]') ?? rows(grid)[0];
    if (first) first.tabIndex = 0;
    const form = document.querySelector("form[data-move]");
    if (!form || !window.Sortable) return;
    let into = null;
    const aim = (row) => {
      into?.classList.remove("drop-into");
      into = row;
      into?.classList.add("drop-into");
    };
    Sortable.create(grid.tBodies[0], {
      draggable: "tr[data-row]",
      handle: ".drag",
      filter: LINKS,
      preventOnFilter: false,
      onMove: ({ dragged, related }) => {
        aim(related === dragged || related.dataset.row === dragged.dataset.row ? null : related);
        return false;
      },
      onEnd: ({ item, originalEvent }) => {
        const givenUp = originalEvent.type === "dragend"; // Escape, or let go outside the rows
        if (into && !givenUp) move(form, item, into);
        aim(null);
      },
    });
  }

  function move(form, row, into) {
    form.elements.node.value = row.dataset.row;
    form.elements.parent.value = row.dataset.link;
    form.elements.to.value = into.dataset.row;
    form.requestSubmit();
  }

  function start() {
    document.querySelectorAll('[data-treegrid=""]').forEach(letDrag);
  }

  document.addEventListener("keydown", pressed);
  document.addEventListener("htmx:after:swap", start);
  start();
})();
