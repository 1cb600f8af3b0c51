// The keys of the workbench: 1, 2, 3 the verdict, arrows the claim that is kept, Enter gives it, N the next group.
"use strict";

(() => {
    const form = document.querySelector("[data-duplicates]");
    if (!form) {
        return;
    }
    const kept = [...form.querySelectorAll('input[name="kept"]')];

    const writes = (element) =>
        element.isContentEditable ||
        element.tagName === "TEXTAREA" ||
        element.tagName === "SELECT" ||
        (element.tagName === "INPUT" && !["radio", "checkbox"].includes(element.type));

    const keep = (step) => {
        const now = kept.findIndex((choice) => choice.checked);
        const next = kept[(now + step + kept.length) % kept.length];
        next.checked = true;
        next.focus();
        next.closest("th").scrollIntoView({ block: "nearest", inline: "nearest" });
    };

    // By the place of the key, so that it works while the keyboard is set to Hangul.
    const digit = /^(?:Digit|Numpad)([1-9])$/;
    document.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writes(event.target)) {
            return;
        }
        const number = digit.exec(event.code);
        const verdict = number && form.querySelector(`[data-duplicates-key="${number[1]}"]`);
        if (verdict) {
            verdict.checked = true;
            verdict.focus();
        } else if (kept.length && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
            keep(event.key === "ArrowLeft" ? -1 : 1);
        } else if (event.key === "Enter" && !event.target.closest("a, button") && kept.length) {
            form.requestSubmit();
        } else if (event.code === "KeyN") {
            document.querySelector("[data-duplicates-next]")?.click();
        } else {
            return;
        }
        event.preventDefault();
    });
})();
