// The page is whole without this: it only brings the copy buttons to life.
"use strict";

(function () {
  const status = document.getElementById("copy-status");

  async function copy(value, text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // No clipboard outside https: select the text, so that one keystroke or touch copies it.
      const selection = window.getSelection();
      selection.removeAllRanges();
      const range = document.createRange();
      range.selectNodeContents(value);
      selection.addRange(range);
      try {
        return document.execCommand("copy");
      } catch {
        return false;
      }
    }
  }

  for (const button of document.querySelectorAll("button.copy")) {
    const value = button.parentElement.querySelector(".value");
    const label = button.querySelector(".copy-text");
    const resting = label.textContent;
    let timer = 0;
    button.hidden = false;
    button.addEventListener("click", async () => {
      if (!(await copy(value, value.dataset.value))) {
        return;
      }
      label.textContent = button.dataset.copied;
      button.classList.add("copied");
      status.textContent = button.dataset.copied;
      clearTimeout(timer);
      timer = setTimeout(() => {
        label.textContent = resting;
        button.classList.remove("copied");
        status.textContent = "";
      }, 2000);
    });
  }
})();
