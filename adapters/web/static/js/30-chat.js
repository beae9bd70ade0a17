// The chat without page loads. Every form it takes over also works without it.
"use strict";
(() => {
  const chat = document.getElementById("chat");
  if (!chat) return;
  const log = document.getElementById("log");
  const box = document.getElementById("question");
  const kept = "backchannel-chat"; // in the storage of this tab
  const most = 40; // exchanges that outlive a reload
  let asked = [];
  let back = 0;

  // What the server renders is made into nodes in one place; the policy of the page allows no other.
  const policy = window.trustedTypes ? trustedTypes.createPolicy("backchannel", { createHTML: (s) => s }) : { createHTML: (s) => s };
  const exchanges = (html) => [...new DOMParser().parseFromString(policy.createHTML(html), "text/html").querySelectorAll(".exchange")];

  const line = (name, text) => {
    const p = document.createElement("p");
    p.className = name;
    p.textContent = text;
    return p;
  };

  const keep = () => {
    const all = [...log.querySelectorAll(".exchange")].filter((x) => x.querySelector(".answer")).slice(-most);
    try { sessionStorage.setItem(kept, JSON.stringify({ asked: asked.slice(-most), log: all.map((x) => x.outerHTML) })); } catch { /* it is full, or off */ }
  };

  const restore = () => {
    let old = null;
    try { old = JSON.parse(sessionStorage.getItem(kept)); } catch { /* nothing is kept */ }
    if (!old || !Array.isArray(old.log) || !Array.isArray(old.asked)) return;
    const fresh = [...log.children];
    asked = old.asked.map(String);
    back = asked.length;
    log.setAttribute("aria-busy", "true"); // what was read before is not read out again
    log.prepend(...exchanges(old.log.join("")));
    log.removeAttribute("aria-busy");
    if (log.children.length) chat.classList.add("begun");
    const last = fresh[0] || log.lastElementChild;
    if (last) last.scrollIntoView({ block: "start" });
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
      const on = answer.headers.get("X-Location"); // it goes on with a form, or a run
      if (on) { location.assign(on); return; }
      turn.replaceWith(...exchanges(await answer.text()));
      log.lastElementChild.scrollIntoView({ block: "start" });
      keep();
    } catch {
      wait.className = "note";
      wait.textContent = failed;
    }
  }

  const note = (text) => {
    asked.push(text);
    back = asked.length;
  };

  document.addEventListener("submit", (e) => {
    const form = e.target;
    const path = new URL(form.action).pathname;
    if (path === "/chat/new") {
      try { sessionStorage.removeItem(kept); } catch { /* nothing is kept */ }
      return;
    }
    if (path !== "/chat/messages") return;
    e.preventDefault();
    const by = e.submitter;
    const menu = form.querySelector("select");
    if (form.id === "composer") {
      const text = box.value.trim();
      if (!text) return;
      note(text);
      box.value = "";
      send({ text }, text);
    } else if (by && by.name === "text") {
      note(by.value);
      send({ text: by.value }, by.value);
      box.focus();
    } else if (by && by.name === "token") {
      send({ token: by.value, label: by.textContent }, by.textContent);
    } else if (menu) {
      const label = menu.options[menu.selectedIndex].textContent;
      send({ token: menu.value, label }, label);
    }
  });

  // Earlier questions come back with the arrow keys, as on a command line; Esc clears the box.
  box.addEventListener("keydown", (e) => {
    if (e.key === "Escape") {
      if (box.value) box.value = ""; else box.blur();
      back = asked.length;
      return;
    }
    if (e.key !== "ArrowUp" && e.key !== "ArrowDown" || !asked.length) return;
    back = Math.min(Math.max(back + (e.key === "ArrowUp" ? -1 : 1), 0), asked.length);
    box.value = asked[back] || "";
    e.preventDefault();
  });

  restore();
  if (log.querySelector(".answer")) keep();
})();
