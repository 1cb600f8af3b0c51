/* Says that something was changed since the last check, and takes a file that is dropped on its form. */
(() => {
    "use strict";

    const watchForm = (form) => {
        const sign = form.querySelector("[data-columns-stale]");
        // The theme writes a chosen file's name into a text field beside it; that of a profile has none.
        form.addEventListener("change", (event) => {
            if (event.target.name === "profile_file") {
                event.stopPropagation();
            }
        }, true);
        form.addEventListener("change", (event) => {
            if (event.target.matches("[name=profile_row], [name=profile_name]")) {
                return;
            }
            sign.hidden = false;
            form.dataset.stale = "1";
        });
    };

    const takeDrops = (zone) => {
        const input = zone.querySelector("input[type=file]");
        for (const name of ["dragenter", "dragover"]) {
            zone.addEventListener(name, (event) => {
                event.preventDefault();
                zone.dataset.drop = "over";
            });
        }
        for (const name of ["dragleave", "drop"]) {
            zone.addEventListener(name, () => {
                zone.dataset.drop = "";
            });
        }
        zone.addEventListener("drop", (event) => {
            event.preventDefault();
            if (event.dataTransfer.files.length) {
                input.files = event.dataTransfer.files;
                input.dispatchEvent(new Event("change", {bubbles: true}));
            }
        });
    };

    document.addEventListener("DOMContentLoaded", () => {
        document.querySelectorAll("[data-columns-form]").forEach(watchForm);
        document.querySelectorAll("[data-drop]").forEach(takeDrops);
    });
})();
