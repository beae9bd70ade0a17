// Diagrams in Mermaid: each is drawn in a sandboxed frame when the reader comes near. Until then, and where that fails,
// its source is there to be read.
"use strict";
(() => {
  const docs = document.querySelector(".docs[data-diagrams]");
  const figures = docs ? [...docs.querySelectorAll("figure.diagram.mermaid")] : [];
  if (!figures.length || !("IntersectionObserver" in window)) return;
  const patience = 30000; // milliseconds until a frame that does not answer is given up
  const frames = new Map(); // window of a frame to what is known of it
  const dark = () => {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };

  function give(d) {
    d.number++;
    d.frame.contentWindow.postMessage({ number: d.number, source: d.source, dark: dark(), font: getComputedStyle(document.body).fontFamily }, "*");
  }
  function drop(d) {
    clearTimeout(d.timer);
    frames.delete(d.frame.contentWindow);
    d.frame.remove();
    d.figure.classList.remove("drawing", "drawn");
    if (d.details) d.details.replaceWith(d.code);
  }
  function shown(d, size) {
    clearTimeout(d.timer);
    d.frame.style.height = Math.min(Math.max(size.height, 40), 4000) + "px";
    d.figure.classList.remove("drawing");
    d.figure.classList.add("drawn");
    if (d.details) return;
    d.details = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = docs.dataset.source;
    d.code.replaceWith(d.details);
    d.details.append(summary, d.code);
  }
  function draw(figure) {
    const code = figure.querySelector("pre");
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-scripts");
    frame.title = figure.querySelector("figcaption").textContent;
    frame.src = docs.dataset.diagrams;
    figure.classList.add("drawing");
    figure.insertBefore(frame, code);
    const d = { figure, frame, code, source: code.textContent, number: 0, details: null };
    d.timer = setTimeout(() => drop(d), patience);
    frames.set(frame.contentWindow, d);
  }

  addEventListener("message", (e) => {
    const d = frames.get(e.source);
    if (!d || !e.data) return;
    if (e.data.diagram === "ready") give(d);
    else if (e.data.diagram !== d.number) return;
    else if (e.data.failed !== undefined) { d.figure.title = String(e.data.failed); drop(d); }
    else if (Number.isFinite(e.data.height)) shown(d, e.data);
  });
  const near = new IntersectionObserver((changes) => {
    for (const c of changes) if (c.isIntersecting) { near.unobserve(c.target); draw(c.target); }
  }, { rootMargin: "400px 0px" });
  for (const f of figures) near.observe(f);

  // Another theme needs another picture, another width another height.
  const again = () => { for (const d of frames.values()) if (d.number) give(d); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  new MutationObserver(again).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  let settled = 0;
  addEventListener("resize", () => { clearTimeout(settled); settled = setTimeout(again, 300); });
})();
