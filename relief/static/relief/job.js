/* Keeps the progress of jobs on a page up to date: asks every second while a job is open, then loads the page anew. */
(() => {
    "use strict";

    const EVERY = 1000;
    const PATIENCE = 10;

    const show = (section, progress) => {
        for (const part of section.querySelectorAll("[data-job-part]")) {
            part.textContent = progress[part.dataset.jobPart];
        }
        section.querySelector("[data-job-part=state_label]").dataset.state = progress.state;
        const bar = section.querySelector("progress");
        if (progress.percent === null) {
            bar.removeAttribute("value");
        } else {
            bar.value = progress.percent;
        }
        for (const form of section.querySelectorAll("[data-job-act]")) {
            form.hidden = !progress[form.dataset.jobAct];
        }
    };

    const follow = (section) => {
        let failures = 0;
        const ask = async () => {
            let wait = EVERY;
            try {
                const answer = await fetch(section.dataset.job, {credentials: "same-origin", redirect: "error"});
                if (!answer.ok) {
                    throw new Error(String(answer.status));
                }
                const progress = await answer.json();
                failures = 0;
                show(section, progress);
                if (!progress.open) {
                    window.location.reload();
                    return;
                }
            } catch {
                failures += 1;
                if (failures >= PATIENCE) {
                    return;
                }
                wait = EVERY * failures;
            }
            window.setTimeout(ask, wait);
        };
        window.setTimeout(ask, EVERY);
    };

    document.addEventListener("DOMContentLoaded", () => {
        for (const section of document.querySelectorAll("[data-job][data-open='1']")) {
            follow(section);
        }
    });
})();
