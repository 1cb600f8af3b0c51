/* The viewer of evidence (pages, zoom, rotation) and the keys of a check. Without it the first page and the form work. */
(() => {
    "use strict";

    const ZOOMS = [0.5, 0.75, 1, 1.5, 2, 3, 4];
    const PLACES = {Equal: "+", NumpadAdd: "+", Minus: "-", NumpadSubtract: "-"};
    const FITS = 2;

    // By the place of the key, so that it works while the keyboard is set to Hangul.
    const keyOf = (event) =>
        event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : PLACES[event.code] || event.key;

    const openViewer = (viewer) => {
        const stage = viewer.querySelector("[data-stage]");
        const image = stage.querySelector("img");
        const broken = viewer.querySelector("[data-broken]");
        const pages = Number(viewer.dataset.pages) || 1;
        let page = 1;
        let zoom = FITS;
        let turns = 0;

        const draw = () => {
            viewer.querySelector("[data-page]").textContent = String(page);
            viewer.querySelector("[data-zoom]").textContent = `${Math.round(ZOOMS[zoom] * 100)} %`;
            if (!image.naturalWidth) {
                return;
            }
            const sideways = turns % 2 === 1;
            const width = sideways ? image.naturalHeight : image.naturalWidth;
            const height = sideways ? image.naturalWidth : image.naturalHeight;
            const fit = Math.min((stage.clientWidth - 2) / width, (stage.clientHeight - 2) / height);
            const scale = fit * ZOOMS[zoom];
            image.style.width = `${image.naturalWidth * scale}px`;
            image.style.height = `${image.naturalHeight * scale}px`;
            // Turned about its middle, the picture keeps the room of its unturned self: margins make up the difference.
            const spare = sideways ? ((image.naturalWidth - image.naturalHeight) * scale) / 2 : 0;
            image.style.margin = `${spare}px ${-spare}px`;
            image.style.transform = `rotate(${turns * 90}deg)`;
        };

        const turnTo = (number) => {
            if (number < 1 || number > pages || number === page) {
                return;
            }
            page = number;
            image.src = `${viewer.dataset.picture}?page=${page}`;
            stage.scrollTo(0, 0);
            draw();
        };

        const acts = {
            previous: () => turnTo(page - 1),
            next: () => turnTo(page + 1),
            in: () => {
                zoom = Math.min(zoom + 1, ZOOMS.length - 1);
                draw();
            },
            out: () => {
                zoom = Math.max(zoom - 1, 0);
                draw();
            },
            turn: () => {
                turns = (turns + 1) % 4;
                draw();
            },
        };
        for (const button of viewer.querySelectorAll("[data-act]")) {
            button.addEventListener("click", acts[button.dataset.act]);
        }
        const show = (isBroken) => {
            broken.hidden = !isBroken;
            stage.hidden = isBroken;
            draw();
        };
        image.addEventListener("load", () => show(false));
        image.addEventListener("error", () => show(true));
        window.addEventListener("resize", draw);
        if (image.complete) {
            show(!image.naturalWidth);
        }
    };

    const openCheck = (form) => {
        const code = form.querySelector("[name=code]");
        const missing = form.querySelector("[data-missing]");
        let pending = null;

        const ask = (button) => {
            pending = button;
            missing.hidden = false;
            code.focus();
        };
        form.addEventListener("submit", (event) => {
            const button = event.submitter;
            if (button && "needsReason" in button.dataset && !code.value) {
                event.preventDefault();
                ask(button);
            }
        });
        form.addEventListener("keydown", (event) => {
            // An Enter that only ends a syllable being written gives no verdict.
            if (event.key === "Enter" && !event.isComposing && event.target.tagName !== "BUTTON") {
                event.preventDefault();
                if (pending) {
                    form.requestSubmit(pending);
                }
            }
        });
    };

    document.addEventListener("DOMContentLoaded", () => {
        const root = document.querySelector("[data-evidence]");
        if (!root) {
            return;
        }
        root.querySelectorAll("[data-viewer]").forEach(openViewer);
        root.querySelectorAll("[data-verdict]").forEach(openCheck);
        document.addEventListener("keydown", (event) => {
            const writes = event.target.closest("input, select, textarea, [contenteditable]");
            if (writes || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
                return;
            }
            const key = keyOf(event);
            const act = [...root.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
            if (act) {
                event.preventDefault();
                act.click();
            }
        });
    });
})();
