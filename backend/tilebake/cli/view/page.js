"use strict";
const all = [...document.querySelectorAll("article")];
const find = document.getElementById("find");
const large = document.getElementById("large");
let state = "";
let current = -1;

document.body.classList.add("scripted");

const visible = () => all.filter((each) => !each.hidden);

function filter() {
  const sought = find.value.toLowerCase();
  for (const each of all) {
    each.hidden = (state && each.dataset.state !== state) || !each.dataset.name.includes(sought);
  }
  document.getElementById("none").hidden = visible().length > 0;
}

function go(step) {
  const maps = visible();
  if (!maps.length) return;
  const here = maps.indexOf(all[current]);
  const next = here < 0 ? (step > 0 ? 0 : maps.length - 1) : Math.min(maps.length - 1, Math.max(0, here + step));
  current = all.indexOf(maps[next]);
  maps[next].focus();
  maps[next].scrollIntoView({ block: "nearest" });
  if (large.open) enlarge(maps[next]);
}

function enlarge(article) {
  const image = article.querySelector(".enlarge img");
  current = all.indexOf(article);
  document.getElementById("large-name").textContent = article.querySelector("h2").firstChild.textContent;
  document.getElementById("large-picture").replaceChildren(...(image ? [image.cloneNode()] : ["no picture yet"]));
  if (!large.open) large.showModal();
}

find.addEventListener("input", filter);
for (const button of document.querySelectorAll(".controls button")) {
  button.addEventListener("click", () => {
    state = button.dataset.state;
    for (const each of document.querySelectorAll(".controls button")) {
      each.setAttribute("aria-pressed", String(each === button));
    }
    filter();
  });
}
for (const slider of document.querySelectorAll(".slide input")) {
  const before = slider.closest("article").querySelector(".before");
  slider.addEventListener("input", () => before.style.setProperty("--cut", `${slider.value}%`));
}
for (const article of all) {
  article.querySelector(".enlarge")?.addEventListener("click", () => enlarge(article));
  article.addEventListener("focusin", () => { current = all.indexOf(article); });
}
document.getElementById("close").addEventListener("click", () => large.close());
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const types = event.target instanceof HTMLInputElement;
  if (event.key === "Escape" && event.target === find) find.blur();
  if (types) return;
  if (event.key === "/") { find.focus(); event.preventDefault(); }
  if (event.key === "j" || (large.open && event.key === "ArrowRight")) go(1);
  if (event.key === "k" || (large.open && event.key === "ArrowLeft")) go(-1);
  if (event.key === "Enter" && event.target === all[current]) {
    event.preventDefault(); // or the same key presses the button that is focused now, and closes again
    enlarge(all[current]);
  }
});
