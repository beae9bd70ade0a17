// The chat box without page loads. Every form it takes over also works without it.
"use strict";
(() => {
  try {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone) document.cookie = "tz=" + encodeURIComponent(zone) + "; path=/; max-age=31536000; samesite=lax";
  } catch { /* the schedule's own zone is shown */ }

  document.addEventListener("keydown", (e) => {
    const typing = e.target.closest && e.target.closest("input, textarea, select, [contenteditable]");
    if (e.key === "/" && !typing && !e.ctrlKey && !e.metaKey && !e.altKey) {
      const box = document.querySelector("[data-slash]");
      if (box) { e.preventDefault(); box.focus(); box.select(); }
    }
  });

  const chat = document.getElementById("chat");
  if (!chat) return;
  const log = document.getElementById("log");
  const box = document.getElementById("question");
  const asked = [];
  let back = 0;

  const line = (name, text) => {
    const p = document.createElement("p");
    p.className = name;
    p.textContent = text;
    return p;
  };

  async function send(fields, label) {
    chat.classList.add("begun");
    const turn = document.createElement("article");
    turn.className = "exchange";
    if (label) turn.append(line("asked", label));
    const wait = line("thinking", chat.dataset.thinking);
    turn.append(wait);
    log.append(turn);
    turn.scrollIntoView({ block: "end" });
    let failed = chat.dataset.offline;
    try {
      const answer = await fetch("/chat/messages", {
        method: "POST", headers: { "X-Fragment": "1" }, body: new URLSearchParams(fields), credentials: "same-origin",
      });
      failed = chat.dataset.broken;
      if (!answer.ok) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      turn.replaceWith(...page.querySelectorAll(".exchange"));
      log.lastElementChild.scrollIntoView({ block: "start" });
    } catch {
      wait.className = "note";
      wait.textContent = failed;
    }
  }

  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (new URL(form.action).pathname !== "/chat/messages") return;
    e.preventDefault();
    const by = e.submitter;
    const menu = form.querySelector("select");
    if (form.id === "composer") {
      const text = box.value.trim();
      if (!text) return;
      asked.push(text);
      back = asked.length;
      box.value = "";
      send({ text }, text);
    } else if (by && by.name === "text") {
      asked.push(by.value);
      back = asked.length;
      send({ text: by.value }, by.value);
      box.focus();
    } else if (by && by.name === "token") {
      send({ token: by.value, label: by.textContent }, by.textContent);
    } else if (by && by.previousElementSibling === by.parentElement.querySelector("select")) {
      const chosen = by.previousElementSibling;
      const label = chosen.options[chosen.selectedIndex].textContent;
      send({ token: chosen.value, label }, label);
    } else if (menu) {
      send({ token: menu.value, label: menu.options[menu.selectedIndex].textContent }, menu.options[menu.selectedIndex].textContent);
    }
  });

  // Earlier questions come back with the arrow keys, as on a command line.
  box.addEventListener("keydown", (e) => {
    if (e.key !== "ArrowUp" && e.key !== "ArrowDown" || !asked.length) return;
    back = Math.min(Math.max(back + (e.key === "ArrowUp" ? -1 : 1), 0), asked.length);
    box.value = asked[back] || "";
    e.preventDefault();
  });
})();
