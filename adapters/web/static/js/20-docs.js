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

  // A table that is wider than the page scrolls, and can be scrolled with the keyboard.
  for (const t of document.querySelectorAll(".doc .table-scroll")) if (t.scrollWidth > t.clientWidth) t.tabIndex = 0;

  const current = document.querySelector(".tree [aria-current]");
  const tree = document.querySelector(".tree");
  if (current && tree && tree.scrollHeight > tree.clientHeight) tree.scrollTop = current.offsetTop - tree.clientHeight / 2;

  const reveal = () => {
    const line = location.hash.startsWith("#radar-") && document.getElementById(location.hash.slice(1));
    const details = line && line.querySelector("details");
    if (details) { details.open = true; details.querySelector("summary").focus({ preventScroll: true }); }
  };
  window.addEventListener("hashchange", reveal);
  reveal();
})();
