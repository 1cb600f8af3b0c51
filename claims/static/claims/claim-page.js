/* Keys on the page of a claim: [ and ] change the tab, J and K the claim, ? shows the keys. */
(() => {
    "use strict";

    const follow = (link) => {
        if (link) {
            link.click();
        }
    };

    const tabBeside = (tabs, step) => {
        const links = [...tabs.querySelectorAll("a")];
        const open = links.findIndex((link) => link.getAttribute("aria-current") === "page");
        return links[open + step];
    };

    document.addEventListener("DOMContentLoaded", () => {
        const tabs = document.querySelector("[data-claim-tabs]");
        const keys = document.querySelector("[data-claim-keys]");
        if (!tabs || !keys) {
            return;
        }
        const opener = document.querySelector("[data-claim-keys-open]");
        opener.hidden = false;
        opener.addEventListener("click", () => keys.showModal());
        const acts = {
            "BracketLeft": () => follow(tabBeside(tabs, -1)),
            "BracketRight": () => follow(tabBeside(tabs, 1)),
            "KeyJ": () => follow(document.querySelector(".claims-way a[rel=next]")),
            "KeyK": () => follow(document.querySelector(".claims-way a[rel=prev]")),
            "Slash": (event) => event.shiftKey && keys.showModal(),
        };
        document.addEventListener("keydown", (event) => {
            const writes = event.target.closest("input, textarea, select, [contenteditable]");
            if (writes || keys.open || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
                return;
            }
            // The place of the key on the keyboard: under a Korean layout J and K write other letters.
            const act = acts[event.code];
            if (act) {
                event.preventDefault();
                act(event);
            }
        });
    });
})();
