"use strict";
// A page that is served hears how far its next version is, and takes its place.
(() => {
  const said = document.getElementById("served");
  const tell = (text, wrong = false) => {
    said.textContent = text;
    said.classList.toggle("wrong", wrong);
  };
  const events = new EventSource("events");
  events.addEventListener("progress", (e) => tell(e.data));
  events.addEventListener("wrong", (e) => tell(e.data, true));
  events.addEventListener("page", (e) => {
    if (e.data !== said.dataset.version) { location.reload(); } else { tell(""); }
  });
  events.onerror = () => tell("simrun serve has ended: this page stays as it is.");
})();
