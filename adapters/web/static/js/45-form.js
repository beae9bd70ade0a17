// The buttons of a form that change it rather than end it, and answers on which other questions depend, take effect
// without the page being loaded anew. Everything also works without.
"use strict";
(() => {
  if (!document.querySelector("[data-form]")) return;
  const policy = window.trustedTypes ? trustedTypes.createPolicy("backchannel", { createHTML: (s) => s }) : { createHTML: (s) => s };

  // ask hands the form in with a button, and shows what it looks like then.
  const ask = async (form, button) => {
    const body = new FormData(form);
    body.append(button.name, button.value);
    const plain = form.enctype === "multipart/form-data" ? body : new URLSearchParams(body);
    const reply = await fetch(form.action, { method: "POST", body: plain, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(policy.createHTML(await reply.text()), "text/html");
    const next = page.querySelector("[data-form]") && page.querySelector("main .page");
    if (!next) throw new Error("no form");
    const was = document.activeElement;
    const same = (e) => (was.id ? e.id === was.id : e.name === was.name && e.value === was.value);
    form.closest(".page").replaceWith(next);
    const at = next.querySelector("[autofocus]") || (was && [...next.querySelectorAll("input, select, textarea, button")].find(same));
    if (at) at.focus();
  };
  const change = (form, button) => ask(form, button).catch(() => { // as it would be without a script
    const said = document.createElement("input");
    said.type = "hidden";
    said.name = button.name;
    said.value = button.value;
    form.append(said);
    form.submit();
  });

  document.addEventListener("submit", (e) => {
    if (!e.target.matches("[data-form]") || !e.submitter || e.submitter.name !== "do") return;
    e.preventDefault();
    change(e.target, e.submitter);
  });
  document.addEventListener("change", (e) => {
    const form = e.target.closest("[data-form]");
    const button = form && form.querySelector('[name="do"][value="update"]');
    if (button && "changes" in e.target.dataset && /^(checkbox|radio|select)/.test(e.target.type)) change(form, button);
  });
})();
