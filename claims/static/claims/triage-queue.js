// The keyboard of the queue of uncertain claims; without this file the page is an ordinary form.
(() => {
    "use strict";

    // The theme's own scripts may have taken the focus that the page asked for.
    document.querySelector("[autofocus]")?.focus();

    const queue = document.querySelector("[data-triage-queue]");
    if (!queue) {
        return;
    }
    const form = queue.querySelector("form");
    const axes = [...form.querySelectorAll("[data-triage-axis]")];

    const here = () => Math.max(axes.findIndex((axis) => axis.contains(document.activeElement)), 0);

    const focus = (place) => {
        const axis = axes[(place + axes.length) % axes.length];
        (axis.querySelector("input:checked") || axis.querySelector("input")).focus();
    };

    const press = (act) => {
        const button = form.querySelector(`button[value="${act}"]`);
        if (button) {
            button.click();
        }
        return Boolean(button);
    };

    const choose = (number) => {
        const choice = axes[here()].querySelector(`input[data-number="${number}"]`);
        if (choice) {
            choice.checked = true;
            choice.focus();
        }
        return Boolean(choice);
    };

    // By the place of the key, so that it works while the keyboard is set to Hangul.
    const digit = /^(?:Digit|Numpad)([1-9])$/;
    const acts = {
        ArrowLeft: () => focus(here() - 1) ?? true,
        ArrowRight: () => focus(here() + 1) ?? true,
        Enter: () => press("confirm"),
        NumpadEnter: () => press("confirm"),
        KeyS: () => press("skip"),
        KeyU: () => press("reopen"),
    };

    document.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) {
            return;
        }
        const at = event.target;
        const elsewhere = at !== document.body && !form.contains(at);
        const writes = at.matches("textarea, select, input:not([type=radio])");
        if (elsewhere || writes || at.matches("button, a")) {
            if (writes && event.code === "Escape" && form.contains(at)) {
                focus(0);
            }
            return;
        }
        const number = digit.exec(event.code);
        const done = number ? choose(number[1]) : acts[event.code] && acts[event.code]();
        if (done) {
            event.preventDefault();
        }
    });

    let sent = false;
    form.addEventListener("submit", (event) => {
        if (sent) {
            event.preventDefault();
        }
        sent = true;
    });
})();
