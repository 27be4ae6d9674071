//! The HTML pages in a browser: what a reader sees and can do, on a phone and on a desk.

mod browser;
#[path = "../common/mod.rs"]
mod common;

use std::path::PathBuf;

use browser::Browser;
use common::{HOSTILE, LAX, Server, TestDir};
use serde_json::{Value, json};

fn chromium() -> Browser {
    let value = std::env::var_os("PERMSPEC_TEST_CHROMIUM").filter(|value| !value.is_empty());
    let path = value.expect("PERMSPEC_TEST_CHROMIUM is not set: see .ci/run");
    Browser::start(&PathBuf::from(path))
}

/// Pages of real runs: one a server, and all of them side by side.
fn pages() -> (TestDir, Vec<PathBuf>) {
    let dir = TestDir::new();
    let mut words = vec!["matrix".to_owned()];
    for (name, mutant) in [("right", None), ("lax", Some(&LAX)), ("hostile", Some(&HOSTILE))] {
        let server = Server::start(mutant);
        let (json, html) = (format!("{name}.json"), format!("{name}.html"));
        let output = dir.permspec(&[
            "run",
            "--endpoint",
            &server.endpoint,
            "--name",
            name,
            "--phases",
            "examples,values,near-misses",
            "--max-requests",
            "900",
            "--json",
            &json,
            "--html",
            &html,
        ]);
        assert!([1, 3].contains(&output.code), "{output:?}");
        words.push(json);
    }
    words.extend(["--html".to_owned(), "matrix.html".to_owned()]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    dir.permspec(&words).exits(0);
    let paths = ["right", "lax", "hostile", "matrix"].map(|name| dir.path(&format!("{name}.html")));
    (dir, paths.to_vec())
}

#[test]
#[ignore = "needs a Chromium, by PERMSPEC_TEST_CHROMIUM"]
fn pages_fit_a_phone_and_a_desk_in_light_and_dark_without_a_complaint() {
    let (_bed, pages) = pages();
    let mut chromium = chromium();
    let mut wrong = Vec::new();
    for page in &pages {
        for (width, scheme) in [(375, "light"), (375, "dark"), (1280, "light"), (1280, "dark")] {
            chromium.window(width, scheme);
            chromium.open(page, "");
            let place = format!("{} at {width}, {scheme}", page.display());
            let opened = "document.querySelectorAll('details').forEach(d => d.open = true)";
            chromium.value(opened);
            let wide = chromium.value(
                "[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, pre') && \
                 e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 200))",
            );
            if wide != json!([]) {
                wrong.push(format!("{place} is too wide: {wide}"));
            }
            let scrolls =
                "document.documentElement.scrollWidth > document.documentElement.clientWidth";
            if chromium.value(scrolls) == true {
                wrong.push(format!("{place} scrolls sideways"));
            }
            // Black on black would be seen by nobody who looks at the other scheme only.
            let faint = chromium.value(FAINT);
            if faint != json!([]) {
                wrong.push(format!("{place} has text that is hard to read: {faint}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    chromium.assert_content();
}

/// Texts with less contrast to what is behind them than WCAG asks for (4.5, or 3 where large).
const FAINT: &str = r"(() => {
  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    probe.clearRect(0, 0, 1, 1); probe.fillStyle = colour; probe.fillRect(0, 0, 1, 1);
    return [...probe.getImageData(0, 0, 1, 1).data];
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const faint = new Set();
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || !e.checkVisibility() || e.closest('.sr')) continue;
    const style = getComputedStyle(e);
    const [a, b] = [light(rgba(style.color)), light(behind(e))].sort((x, y) => y - x);
    const contrast = (a + .05) / (b + .05);
    const large = parseFloat(style.fontSize) >= 24
      || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    if (contrast < (large ? 3 : 4.5)) faint.add(`${contrast.toFixed(2)} ${e.tagName}.${e.className}`);
  }
  return [...faint];
})()";

#[test]
#[ignore = "needs a Chromium, by PERMSPEC_TEST_CHROMIUM"]
fn a_filter_shows_the_rules_it_names_and_no_others() {
    let (_bed, pages) = pages();
    let mut chromium = chromium();
    chromium.window(1280, "light");
    for page in [&pages[1], &pages[3]] {
        chromium.open(page, "");
        let shown =
            "[...document.querySelectorAll('tr[data-status]')].filter(r => r.checkVisibility())";
        let all = chromium.value(&format!("{shown}.length"));
        let names = chromium
            .value("[...document.querySelectorAll('.filters button')].map(b => b.dataset.filter)");
        let names: Vec<&str> = names.as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(names.contains(&"fail") && names.contains(&"pass"), "{names:?}");
        for name in names.iter().filter(|name| **name != "all") {
            chromium.click(&format!(".filters button[data-filter={name}]"));
            let count = chromium.value(&format!("{shown}.length"));
            let named =
                "Number(document.querySelector('.filters [aria-pressed=true] b').textContent)";
            assert_eq!(count, chromium.value(named), "{name}");
            let fit = match *name {
                "differs" => "r.hasAttribute('data-differs')".to_owned(),
                status => format!("r.dataset.status.split(' ').includes('{status}')"),
            };
            assert_eq!(chromium.value(&format!("{shown}.every(r => {fit})")), true, "{name}");
            let bare = "[...document.querySelectorAll('tr.topic')].filter(t => t.checkVisibility() && \
                        ![...t.parentElement.rows].some(r => r.dataset.status && r.checkVisibility())).length";
            assert_eq!(chromium.value(bare), 0, "{name}: a topic without a rule");
        }
        chromium.click(".filters button[data-filter=all]");
        assert_eq!(chromium.value(&format!("{shown}.length")), all);
    }
    chromium.assert_content();
}

#[test]
#[ignore = "needs a Chromium, by PERMSPEC_TEST_CHROMIUM"]
fn a_link_opens_what_it_points_at() {
    let (_bed, pages) = pages();
    let mut chromium = chromium();
    chromium.window(375, "light");
    for page in [&pages[1], &pages[2], &pages[3]] {
        chromium.open(page, "");
        let anchors = chromium.value(
            "[...document.querySelectorAll('.cause[id], .card[id], tr[id]')].map(e => e.id)",
        );
        let anchors: Vec<&str> =
            anchors.as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(anchors.iter().any(|anchor| anchor.contains("cause-")), "{anchors:?}");
        // From outside: one of each kind, folded ones too.
        let folded = chromium.value("document.querySelector('details .cause[id]')?.id ?? null");
        let picked = [anchors[0], anchors[anchors.len() - 1]];
        for anchor in picked.into_iter().chain(folded.as_str()) {
            chromium.open(page, anchor);
            assert_eq!(chromium.value(&in_view(anchor)), true, "{anchor}");
        }
        // From within: to what a filter hides.
        chromium.click(".filters button[data-filter=fail]");
        let hidden = "[...document.querySelectorAll('tr[data-status][hidden]')].at(-1).id";
        let hidden = chromium.value(hidden);
        let hidden = hidden.as_str().unwrap();
        // The page was opened at the last of these: its address need not change by the click.
        chromium.value(&format!(
            "(() => {{ const a = document.createElement('a'); a.href = '#' + {hidden:?}; \
             document.body.append(a); a.click(); }})()"
        ));
        let seen = in_view(hidden);
        let seen = format!(
            "new Promise(async (done) => {{ const until = Date.now() + 5000; \
             while (!{seen} && Date.now() < until) await new Promise(r => setTimeout(r, 20)); \
             done({seen}); }})"
        );
        assert_eq!(chromium.value(&seen), true, "{hidden} on {}", page.display());
    }
    chromium.assert_content();
}

/// Whether the element of that id is seen.
fn in_view(id: &str) -> String {
    format!(
        "(() => {{ const e = document.getElementById({id:?}); const r = e.getBoundingClientRect(); \
         return e.checkVisibility() && r.height > 0 && r.top < innerHeight && r.bottom > 0; }})()"
    )
}

#[test]
#[ignore = "needs a Chromium, by PERMSPEC_TEST_CHROMIUM"]
fn a_command_is_copied_whole() {
    let (_bed, pages) = pages();
    let mut chromium = chromium();
    chromium.window(1280, "light");
    let permissions = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
    chromium.call("Browser.grantPermissions", &permissions);
    for page in [&pages[1], &pages[2], &pages[3]] {
        chromium.open(page, "");
        chromium.click(".copy");
        let label = "new Promise(done => setTimeout(() => done(document.querySelector('.copy').textContent), 300))";
        assert_eq!(chromium.value(label), "Copied");
        let copied = chromium.value("navigator.clipboard.readText()");
        let shown = chromium.value("document.querySelector('.command code').textContent");
        assert_eq!(copied, shown);
        assert!(shown.as_str().unwrap().starts_with("permspec replay "), "{shown}");
    }
    chromium.assert_content();
}

#[test]
#[ignore = "needs a Chromium, by PERMSPEC_TEST_CHROMIUM"]
fn what_a_target_says_is_shown_and_never_run() {
    let (_bed, pages) = pages();
    let mut chromium = chromium();
    chromium.window(1280, "light");
    for page in [&pages[2], &pages[3]] {
        chromium.open(page, "");
        assert_eq!(chromium.value("document.scripts.length"), 1);
        let shown = "document.body.textContent.includes('<script>alert(1)</script>')";
        assert_eq!(chromium.value(shown), true);
        // Whatever got into the page, the page's own policy would not run it.
        let inject = "(() => { const s = document.createElement('script'); s.textContent = 'window.ran = true'; \
                      document.body.append(s); return window.ran ?? false; })()";
        chromium.assert_content();
        assert_eq!(chromium.value(inject), false);
        assert_eq!(chromium.complaints.len(), 1, "the policy does not say that it refused");
        chromium.complaints.clear();
    }
}
