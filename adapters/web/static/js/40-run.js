// The page of a run follows it while it goes on.
"use strict";
(() => {
  const run = document.getElementById("run");
  if (!run || run.dataset.over || !("EventSource" in window)) return;
  const message = document.getElementById("run-message");
  const log = document.getElementById("run-log");
  const policy = window.trustedTypes ? trustedTypes.createPolicy("backchannel", { createHTML: (s) => s }) : { createHTML: (s) => s };
  const nodes = (html) => [...new DOMParser().parseFromString(policy.createHTML("<body>" + html), "text/html").body.childNodes];
  const events = new EventSource(run.dataset.events);
  events.addEventListener("run", (e) => {
    const now = JSON.parse(e.data);
    const focused = message.contains(document.activeElement);
    if (!focused) message.replaceChildren(...nodes(now.message));
    const low = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
    log.append(...nodes(now.lines));
    if (low) log.scrollTop = log.scrollHeight;
    if (now.over) {
      events.close();
      message.replaceChildren(...nodes(now.message));
    }
  });
})();
