/* Several files at once: a kind and a progress bar for each, sent one after the other. Without it the plain form works. */
(() => {
    "use strict";

    const WORDS = [
        [/소상공인/, "small_business_certificate"],
        [/매출|손실|부가세|부가가치세|sales/i, "proof_of_lost_sales"],
        [/영업|활용|사용|use/i, "proof_of_business_use"],
        [/확인서|certificate/i, "small_business_certificate"],
    ];

    const kindOf = (name) => (WORDS.find(([word]) => word.test(name.normalize("NFC"))) || [null, "other"])[1];

    const open = (form) => {
        const input = form.querySelector("input[type=file]");
        const drop = form.querySelector(".evidence-drop");
        const forAll = form.querySelector("[data-for-all]");
        const list = form.querySelector("[data-queue]");
        let waiting = [];
        forAll.hidden = true;

        const add = (files) => {
            for (const file of files) {
                const row = document.createElement("li");
                const name = document.createElement("span");
                name.className = "evidence-name";
                name.textContent = file.name;
                const kind = forAll.querySelector("select").cloneNode(true);
                kind.removeAttribute("name");
                kind.querySelector("option").remove();
                kind.value = kindOf(file.name);
                kind.setAttribute("aria-label", file.name);
                const bar = document.createElement("progress");
                bar.max = 100;
                bar.value = 0;
                bar.setAttribute("aria-label", file.name);
                const said = document.createElement("output");
                said.textContent = form.dataset.waiting;
                row.append(name, kind, bar, said);
                list.append(row);
                waiting.push({file, row, kind, bar, said});
            }
            input.required = waiting.length === 0;
        };

        const send = ({file, row, kind, bar, said}) =>
            new Promise((done) => {
                const data = new FormData();
                data.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
                data.append("uploads", file);
                data.append("kind", kind.value);
                kind.disabled = true;
                const request = new XMLHttpRequest();
                request.open("POST", form.action);
                request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
                request.upload.addEventListener("progress", (event) => {
                    bar.value = event.lengthComputable ? (event.loaded * 100) / event.total : 50;
                });
                request.addEventListener("loadend", () => {
                    let answer = {ok: false, sentence: form.dataset.failed};
                    try {
                        answer = JSON.parse(request.responseText);
                    } catch {
                        // The answer was not ours: the sentence above says so.
                    }
                    row.dataset.ok = answer.ok ? "1" : "0";
                    said.textContent = answer.sentence;
                    bar.value = answer.ok ? 100 : 0;
                    done(answer.ok);
                });
                request.send(data);
            });

        input.addEventListener("change", () => {
            add(input.files);
            input.value = "";
        });
        for (const name of ["dragenter", "dragover"]) {
            drop.addEventListener(name, (event) => {
                event.preventDefault();
                drop.dataset.over = "1";
            });
        }
        for (const name of ["dragleave", "drop"]) {
            drop.addEventListener(name, (event) => {
                event.preventDefault();
                delete drop.dataset.over;
            });
        }
        drop.addEventListener("drop", (event) => add(event.dataTransfer.files));
        form.addEventListener("submit", async (event) => {
            event.preventDefault();
            const mine = waiting;
            waiting = [];
            let all = mine.length > 0;
            for (const one of mine) {
                all = (await send(one)) && all;
            }
            input.required = true;
            if (all) {
                window.location.reload();
            }
        });
    };

    document.addEventListener("DOMContentLoaded", () => {
        document.querySelectorAll("[data-upload]").forEach(open);
    });
})();
