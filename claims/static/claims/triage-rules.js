// Keeps the draft of the rules while a person types; without this file every button keeps it.
(() => {
    "use strict";

    const form = document.querySelector("[data-triage-rules]");
    if (!form) {
        return;
    }
    const said = form.querySelector("[data-triage-kept]");
    let waiting = 0;

    const keep = async () => {
        const given = new FormData(form);
        given.set("act", "keep");
        try {
            const answer = await fetch(form.action, { method: "POST", body: given, redirect: "manual" });
            said.hidden = answer.type !== "opaqueredirect";
        } catch {
            said.hidden = true;
        }
    };

    form.addEventListener("input", () => {
        said.hidden = true;
        clearTimeout(waiting);
        waiting = setTimeout(keep, 1500);
    });
    form.addEventListener("submit", () => clearTimeout(waiting));
})();
