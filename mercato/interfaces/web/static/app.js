// What makes the pages lively; each of them is whole without it. Nothing is sent anywhere but to this server.
"use strict";
(() => {
  const here = new URL(location.href);
  const day = here.searchParams.get("as_of");

  // Times in the reader's own zone; the original stays as the title.
  for (const shown of document.querySelectorAll("time[datetime]")) {
    const at = new Date(shown.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    shown.title = shown.textContent;
    shown.textContent = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  }

  // News as it comes: a line to press, never a page that moves under the reader.
  const line = document.getElementById("live");
  if (line && here.pathname === "/" && !day && "EventSource" in window) {
    let count = 0;
    const events = new EventSource("/api/v1/events");
    events.addEventListener("change", () => {
      count += 1;
      const link = document.createElement("a");
      link.className = "button";
      link.href = location.href;
      link.textContent = count === 1 ? "1 new report: show" : count + " new reports: show";
      line.replaceChildren(link);
    });
    window.addEventListener("pagehide", () => events.close());
  }

  // Search as you type.
  const box = document.getElementById("q");
  const hits = document.getElementById("hits");
  const pages = { person: "person", club: "club", outlet: "source" };
  let timer = 0;
  let asked = 0;
  const hide = () => { hits.hidden = true; hits.replaceChildren(); };
  const look = async () => {
    const words = box.value.trim();
    if (words.length < 2) return hide();
    const number = ++asked;
    const query = new URLSearchParams({ q: words, limit: "8" });
    if (day) query.set("as_of", day);
    const response = await fetch("/api/v1/search?" + query).catch(() => null);
    if (!response || !response.ok || number !== asked) return;
    const found = (await response.json()).data;
    hits.replaceChildren(...found.map((hit) => {
      const link = document.createElement("a");
      const kind = document.createElement("span");
      kind.textContent = hit.kind;
      link.href = "/" + pages[hit.kind] + "/" + encodeURIComponent(hit.key) + (day ? "?as_of=" + encodeURIComponent(day) : "");
      link.append(hit.name.replace(/[\p{Cc}\p{Cf}]/gu, "\ufffd"), kind);
      return link;
    }));
    hits.hidden = found.length === 0;
  };
  if (box && hits) {
    box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 120); });
    box.form.addEventListener("keydown", (event) => {
      const links = [...hits.querySelectorAll("a")];
      const at = links.indexOf(document.activeElement);
      if (event.key === "Escape") { hide(); box.focus(); }
      if (!links.length || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
      event.preventDefault();
      const next = event.key === "ArrowDown" ? at + 1 : at - 1;
      (next < 0 ? box : links[Math.min(next, links.length - 1)]).focus();
    });
    document.addEventListener("click", (event) => { if (!box.form.contains(event.target)) hide(); });
  }
})();
