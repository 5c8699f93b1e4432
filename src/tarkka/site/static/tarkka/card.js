// Keeps a copy of the card on this device, if its holder presses for that, and lets it go again.
"use strict";
(() => {
  const section = document.querySelector(".keeping");
  if (!section || !("caches" in window) || !navigator.serviceWorker) return;
  const { worker, copy, page, of } = section.dataset;
  const buttons = Object.fromEntries([...section.querySelectorAll("[data-act]")].map((each) => [each.dataset.act, each]));

  const store = () => caches.open("card");
  const kept = async () => (await store()).match(page);

  async function keep() {
    await navigator.serviceWorker.register(worker);
    await navigator.serviceWorker.ready;
    const answer = await fetch(copy);
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    await (await store()).put(page, answer);
  }

  const forget = async () => (await store()).delete(page);

  async function show(said) {
    const isKept = Boolean(await kept());
    for (const each of section.querySelectorAll("[data-said]")) each.hidden = each.dataset.said !== (said || (isKept && "kept"));
    if (buttons.keep) buttons.keep.hidden = isKept || !of;
    buttons.forget.hidden = !isKept;
    section.hidden = !isKept && !of;
  }

  function press(act, said) {
    if (buttons[act]) buttons[act].addEventListener("click", async () => {
      const done = await (act === "keep" ? keep : forget)().then(() => said, () => "failed");
      await show(done);
      const next = buttons[act === "keep" ? "forget" : "keep"];
      if (done === said && next && !next.hidden) next.focus();
    });
  }

  // A copy of a card that was closed goes; one of what has changed since is renewed, if the network allows.
  async function renew() {
    const found = await kept();
    if (!found || !copy) return;
    if (!of) await forget();
    else if (!(await found.text()).includes(of)) await keep().catch(forget);
  }

  press("keep", "kept");
  press("forget", "forgotten");
  renew().then(() => show());

  // A screen that goes dark at the till is no card.
  if (of && navigator.wakeLock) navigator.wakeLock.request("screen").catch(() => {});
})();
