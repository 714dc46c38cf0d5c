// Keeps the page up to date and the list endless. Everything works without it; it only fetches pages of this server
// and puts their pieces in place of the old ones.
"use strict";

(() => {
  const live = document.getElementById("live");
  const rows = () => document.querySelector("[data-rows]");
  // What the server said of each piece, to see whether it says something else now.
  const known = new Map();
  const note = (piece) => known.set(piece.id, piece.outerHTML);
  document.querySelectorAll("[data-live], [data-rows] > li").forEach(note);

  const fetchPage = async (address) => {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  const localTimes = (root) => {
    for (const time of root.querySelectorAll("time[datetime]")) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.getTime())) time.title = `${at.toLocaleString()} (your time)`;
    }
  };

  const swap = (old, fresh) => {
    const open = new Map([...old.querySelectorAll("details[id]")].map((one) => [one.id, one.open]));
    const held = old.contains(document.activeElement) ? document.activeElement : null;
    const path = held && (held.id || held.getAttribute("href"));
    note(fresh);
    const here = document.importNode(fresh, true);
    for (const one of here.querySelectorAll("details[id]")) if (open.has(one.id)) one.open = open.get(one.id);
    old.replaceWith(here);
    localTimes(here);
    if (path) {
      const again = [...here.querySelectorAll("a, input, button, [tabindex]")]
        .find((one) => one.id === path || one.getAttribute("href") === path);
      if (again) again.focus({ preventScroll: true });
    }
    return here;
  };

  // Pixels below what is seen within which older rows are there already.
  const ahead = 600;

  const renewMore = (page) => {
    const old = document.getElementById("more");
    const fresh = page.getElementById("more");
    if (old.outerHTML === fresh.outerHTML) return;
    old.replaceWith(document.importNode(fresh, true));
    watchEnd();
  };

  // The first page of the list instead of all that is there.
  const renewList = (page) => {
    document.getElementById("sends").replaceWith(document.importNode(page.getElementById("sends"), true));
    page.querySelectorAll("[data-rows] > li").forEach(note);
    renewMore(page);
    localTimes(document);
  };

  // The first page of the list anew: rows that changed, came or went. Nobody tells of changes beyond it, so older rows
  // stay only while somebody looks at them, and come anew when somebody does again.
  const mergeRows = (list, page, wanted) => {
    const ids = new Set(wanted.map((row) => row.id));
    const last = wanted.at(-1).id;
    const end = list.lastElementChild.id;
    const isWhole = !page.querySelector("#more a");
    for (const row of [...list.children]) {
      // Ids sort by time: what is newer than the last one and not there does not match any more.
      if (!ids.has(row.id) && (isWhole || row.id > last)) row.remove();
    }
    let place = list.firstElementChild;
    for (const row of wanted) {
      const old = document.getElementById(row.id);
      if (!old) {
        note(row);
        const here = document.importNode(row, true);
        if (row.id > end) here.classList.add("new");
        list.insertBefore(here, place);
        localTimes(here);
        continue;
      }
      const here = known.get(row.id) === row.outerHTML ? old : swap(old, row);
      if (here !== place) list.insertBefore(here, place);
      place = here.nextElementSibling;
    }
    const beyond = [...list.children].slice(wanted.length);
    if (beyond.length && beyond[0].getBoundingClientRect().top < innerHeight + ahead) return;
    for (const row of beyond) row.remove();
    renewMore(page);
  };

  const refreshList = (page) => {
    const list = rows();
    const fresh = page.querySelector("[data-rows]");
    if (!list && !fresh) return;
    const wanted = fresh ? [...fresh.children] : [];
    // What is older than all that was there only moved up.
    const end = list ? list.lastElementChild.id : "";
    const came = wanted.filter((row) => row.id > end && !document.getElementById(row.id)).length;
    const goesOn = page.querySelector("#more a");
    followed = wanted.length;
    // From nothing to something or back; or so many came that some of them, older than the new page and newer than the
    // old rows, are on neither.
    if (!list || !fresh || (goesOn && wanted.at(-1).id > list.firstElementChild.id)) renewList(page);
    else mergeRows(list, page, wanted);
    tell(came, goesOn && came === wanted.length);
  };

  const refresh = async () => {
    // Not where it is shown: after an action that was refused, that is the address of the action.
    const address = new URL(document.body.dataset.page, location.origin);
    address.searchParams.set("live", "1");
    const page = await fetchPage(address);
    for (const fresh of page.querySelectorAll("[data-live]")) {
      const old = document.getElementById(fresh.id);
      if (old && old.hasAttribute("data-live") && known.get(fresh.id) !== fresh.outerHTML) swap(old, fresh);
    }
    refreshList(page);
    if (page.title) document.title = page.title;
    return page.body.dataset.mark;
  };

  const say = (text) => {
    live.textContent = text;
  };

  // Rows on the first page, which are the ones that are kept up to date.
  let followed = rows() ? rows().children.length : 0;
  let told = "";
  const tell = (came, isMany) => {
    if (!live.classList.contains("on")) return;
    const isPart = rows() && rows().children.length > followed;
    const words = isPart ? `Live, the newest ${followed}` : "Live";
    if (!came && words === told) return;
    told = words;
    const news = isMany ? ", many new sends" : came === 1 ? ", one new send" : came ? `, ${came} new sends` : "";
    say(words + news);
  };

  let mark = document.body.dataset.mark;
  let source = null;
  let busy = false;
  let next = null;

  const changed = async (wanted) => {
    next = wanted;
    if (busy) return;
    busy = true;
    while (next && next !== mark) {
      const aim = next;
      try {
        await refresh();
        mark = aim;
      } catch {
        // The next change, or the next connection, brings it.
        break;
      }
    }
    busy = false;
  };

  const listen = () => {
    const address = document.body.dataset.events;
    if (!address || source) return;
    source = new EventSource(address);
    source.addEventListener("open", () => {
      live.classList.add("on");
      told = "";
      tell(0);
    });
    source.addEventListener("changed", (event) => changed(event.data));
    source.addEventListener("error", () => {
      live.classList.remove("on");
      say(source && source.readyState === EventSource.CLOSED ? "Not live: reload for news" : "Reconnecting");
    });
  };

  const rest = () => {
    if (source) source.close();
    source = null;
    live.classList.remove("on");
    say("");
  };

  // A browser keeps few connections to one server: a page that nobody looks at needs none.
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
  addEventListener("pagehide", rest);
  addEventListener("pageshow", () => document.hidden || listen());

  // Older sends, when the end comes into sight.
  const more = () => document.querySelector("#more a[rel=next]");
  let loading = false;
  const loadMore = async () => {
    const link = more();
    if (!link || loading || !rows()) return;
    loading = true;
    try {
      const page = await fetchPage(link.href);
      // Else the list was renewed meanwhile, and goes on from another place.
      if (link.isConnected) {
        for (const row of page.querySelectorAll("[data-rows] > li")) {
          if (document.getElementById(row.id)) continue;
          note(row);
          rows().append(document.importNode(row, true));
        }
        localTimes(rows());
        renewMore(page);
        tell(0);
      }
      watchEnd();
    } catch {
      // The link is still there to be followed.
    }
    loading = false;
  };
  const end = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && loadMore(), {
    rootMargin: `${ahead}px`,
  });
  const watchEnd = () => {
    end.disconnect();
    if (more()) end.observe(more());
  };
  watchEnd();

  // What is chosen from a list takes effect at once; what is empty does not stand in the address.
  const filter = document.querySelector("form.filter");
  if (filter) {
    filter.addEventListener("submit", () => {
      for (const field of filter.elements) if (field.name && !field.value) field.disabled = true;
    });
    addEventListener("pageshow", () => {
      for (const field of filter.elements) field.disabled = false;
    });
    for (const choice of filter.querySelectorAll("select")) {
      choice.addEventListener("change", () => {
        if (choice.name === "within" && choice.value) {
          filter.elements.since.value = "";
          filter.elements.until.value = "";
        }
        filter.requestSubmit();
      });
    }
  }

  // One click, one action.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    for (const button of event.target.querySelectorAll("button")) {
      setTimeout(() => (button.disabled = true));
    }
  });

  localTimes(document);
})();
