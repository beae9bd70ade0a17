// What every page does better with a script. Everything also works without.
"use strict";
(() => {
  // The reader's time zone goes with what they ask for next. To find it out takes longer than all else here, so it is done
  // when they touch the page, not while it loads.
  const tellZone = () => {
    removeEventListener("pointerdown", tellZone, true);
    removeEventListener("keydown", tellZone, true);
    try {
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      if (zone) document.cookie = "tz=" + encodeURIComponent(zone) + "; path=/; max-age=31536000; samesite=lax";
    } catch { /* the schedule's own zone is shown */ }
  };
  addEventListener("pointerdown", tellZone, true);
  addEventListener("keydown", tellZone, true);

  // "/" goes to the search box, Esc leaves it again.
  document.addEventListener("keydown", (e) => {
    const typing = e.target.closest && e.target.closest("input, textarea, select, [contenteditable]");
    if (e.key === "/" && !typing && !e.ctrlKey && !e.metaKey && !e.altKey) {
      const box = document.querySelector("[data-slash]");
      if (box) { e.preventDefault(); box.focus(); box.select(); }
    }
    if (e.key === "Escape" && typing && typing.type === "search") {
      e.preventDefault();
      if (typing.value) typing.value = ""; else typing.blur();
    }
  });

  // In a narrow window long lists begin folded.
  for (const d of document.querySelectorAll("details[data-fold]")) {
    if (matchMedia("(max-width: 48rem)").matches) d.open = false;
    d.dataset.ready = "";
  }

  // The theme changes at once; the choice is kept by the server's cookie.
  const prefs = document.querySelector("form[data-prefs]");
  if (prefs) prefs.addEventListener("submit", (e) => {
    const by = e.submitter;
    if (!by || by.name !== "theme") return;
    e.preventDefault();
    if (by.value) document.documentElement.dataset.theme = by.value; else delete document.documentElement.dataset.theme;
    for (const b of prefs.querySelectorAll('[name="theme"]')) b.setAttribute("aria-pressed", String(b === by));
    fetch("/preferences", { method: "POST", headers: { "X-Fragment": "1" }, body: new URLSearchParams({ theme: by.value }), credentials: "same-origin" })
      .catch(() => { /* the choice holds for this page */ });
  });
})();
