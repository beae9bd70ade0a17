// Inside the frame of a diagram: draws what the page around sends, and tells it how large the picture is.
"use strict";
addEventListener("message", async (e) => {
  if (e.source !== parent || typeof e.data?.source !== "string") return;
  const { number, source, dark, font } = e.data;
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
  document.body.style.cssText = "margin:0;display:flex;justify-content:center;background:transparent";
  const answer = (rest) => parent.postMessage({ diagram: number, ...rest }, "*");
  try {
    mermaid.initialize({ startOnLoad: false, securityLevel: "strict", theme: dark ? "dark" : "default", fontFamily: font, maxTextSize: 50000, maxEdges: 500, suppressErrorRendering: true });
    const { svg } = await mermaid.render("picture", source);
    document.body.innerHTML = svg;
    const picture = document.querySelector("svg");
    const box = picture.getBoundingClientRect();
    answer({ width: Math.ceil(box.width), height: Math.ceil(box.height) });
  } catch (err) {
    document.body.replaceChildren();
    answer({ failed: String(err?.message ?? err).slice(0, 300) });
  }
});
parent.postMessage({ diagram: "ready" }, "*");
