//! The pages in a real browser: what changed is replaced without a reload, and a dead daemon is said.

use std::process::Command;
use std::time::Duration;

use radard::ambient::Ambient;
use radard::browser::{Browser, Guise, Look, Page, Place, Shown, Source};
use serde_json::json;

use crate::kit::{Daemon, Dir, Extra, QUIET, RADARD, START, block_on, programs};

const SOON: Duration = Duration::from_secs(30);

/// Signs the browser of `page` in by a link that works once.
async fn sign_in(dir: &Dir, page: &Page) {
    let mut open = Command::new(RADARD);
    open.arg("--config").arg(dir.config()).arg("--data").arg(dir.data()).arg("open");
    let said = open.output().unwrap();
    let link = String::from_utf8(said.stdout).unwrap();
    page.go(link.trim()).await.unwrap();
    page.run("() => { document.querySelector('button.big').click(); return '' }", &[]).await.unwrap();
    page.wait_until("location.pathname === '/' && document.readyState === 'complete'", SOON).await.unwrap();
}

#[test]
fn a_page_refreshes_what_changed_and_says_when_nobody_answers() {
    let dir = Dir::new("pages");
    let mut daemon = Daemon::start(&dir, QUIET, &Extra::default());
    block_on(async {
        let look = Look { shown: Shown::Nowhere, is_root: rustix::process::geteuid().is_root() };
        let source = Source { place: Place::Here(programs()), look, folder: dir.path().join("browser") };
        let browser = Browser::open(&source, &Ambient::real(None).clock).await.unwrap();
        let page = Page::open(&browser, Guise::default()).await.unwrap();
        sign_in(&dir, &page).await;
        let click = "() => { document.querySelector('.pages a[href=\"/jobs\"]').click(); return '' }";
        page.run(click, &[]).await.unwrap();
        page.wait_until("location.pathname === '/jobs' && document.readyState === 'complete'", SOON).await.unwrap();
        // What is not replaced keeps what a script hung on it; a reload would lose both marks.
        let mark = "() => { window.mark = document.querySelector('[data-part=jobs]'); return '' }";
        page.run(mark, &[]).await.unwrap();
        let kinds = "document.querySelector('[data-part=kinds]').textContent.includes('paused')";
        assert_eq!(page.run(&format!("() => String({kinds})"), &[]).await.unwrap(), "false");
        let asked = json!({ "scope": "kind", "name": "download", "paused": true });
        let (status, answer) = daemon.call("POST", "/api/v1/gates", Some(&asked)).unwrap();
        assert_eq!(status, 200, "{answer}");
        page.wait_until(kinds, SOON).await.unwrap();
        page.wait_until("window.mark === document.querySelector('[data-part=jobs]')", SOON).await.unwrap();
        page.wait_until("document.getElementById('old').textContent === ''", SOON).await.unwrap();
        daemon.term(START);
        page.wait_until("document.getElementById('old').textContent !== ''", SOON).await.unwrap();
        let said = page.run("() => document.getElementById('old').textContent", &[]).await.unwrap();
        assert!(
            said.starts_with(
                "radard does not answer, or cannot read its database. This page shows how things were at 20"
            ),
            "{said}"
        );
        page.close().await.unwrap();
        browser.close().await;
    });
}
