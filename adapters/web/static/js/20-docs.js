// Pages of documentation: the contents follow the reader, wide tables take the keyboard, a number of the radar opens its line.
"use strict";
(() => {
  const links = [...document.querySelectorAll(".toc a")];
  if (links.length && "IntersectionObserver" in window) {
    const of = new Map();
    for (const a of links) {
      const heading = document.getElementById(decodeURIComponent(a.hash.slice(1)));
      if (heading) of.set(heading, a);
    }
    const seen = new IntersectionObserver((changes) => {
      for (const c of changes) {
        if (!c.isIntersecting) continue;
        for (const a of links) a.removeAttribute("aria-current");
        of.get(c.target).setAttribute("aria-current", "true");
      }
    }, { rootMargin: "-10% 0px -75% 0px" });
    for (const heading of of.keys()) seen.observe(heading);
  }

  // A table that is wider than the page scrolls, and can be scrolled with the keyboard; the open page is in sight in a
  // long navigation. Sizes are told to an observer, after they are known: to ask for them would lay the page out at once.
  if ("ResizeObserver" in window) {
    const tree = document.querySelector(".tree");
    const sized = new ResizeObserver((changes) => {
      for (const { target: e } of changes) {
        if (e !== tree) {
          if (e.scrollWidth > e.clientWidth) e.tabIndex = 0; else e.removeAttribute("tabindex");
          continue;
        }
        sized.unobserve(tree);
        const current = tree.querySelector("[aria-current]");
        if (current && !tree.scrollTop && current.offsetTop + current.offsetHeight > tree.clientHeight) tree.scrollTop = current.offsetTop - tree.clientHeight / 2;
      }
    });
    if (tree) sized.observe(tree);
    for (const t of document.querySelectorAll(".doc .table-scroll")) {
      t.tabIndex = 0; // a section that is not laid out yet has no sizes: its tables may scroll
      sized.observe(t);
    }
  }

  const reveal = () => {
    const line = location.hash.startsWith("#radar-") && document.getElementById(location.hash.slice(1));
    const details = line && line.querySelector("details");
    if (details) { details.open = true; details.querySelector("summary").focus({ preventScroll: true }); }
  };
  window.addEventListener("hashchange", reveal);
  reveal();
})();
