"use strict";
// Narrows the page to the groups that fit a text and the chosen kinds; without scripts everything shows.
const form = document.querySelector("form");
const groups = [...document.querySelectorAll("details.group")];
const shown = document.querySelector("#shown");

function narrow() {
  const wanted = form.elements.text.value.trim().toLowerCase();
  const wantedConcerns = [...form.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.value);
  let count = 0;
  for (const group of groups) {
    const fits = group.dataset.text.includes(wanted) && wantedConcerns.every((each) => group.dataset.concerns.split(" ").includes(each));
    group.hidden = !fits;
    count += fits;
  }
  shown.textContent = shown.dataset.template.replace("{n}", count).replace("{of}", groups.length);
}

function open(all) {
  for (const group of groups) group.open = all;
}

if (form) {
  form.hidden = false;
  form.addEventListener("input", narrow);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.querySelector("#open").addEventListener("click", () => open(true));
  document.querySelector("#close").addEventListener("click", () => open(false));
  addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== form.elements.text) {
      event.preventDefault();
      form.elements.text.focus();
    }
  });
  narrow();
}
