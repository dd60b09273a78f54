//! What a page does for us with its own scripts, which are always of today.

use std::time::Duration;

use super::page::Page;
use super::trouble::Trouble;

/// How long a page may take until its scripts stand.
const STANDING: Duration = Duration::from_secs(20);
/// How long one of them may take.
const WORKING: Duration = Duration::from_secs(20);
/// The longest answer that is taken out of a page, in characters.
const LONGEST: &str = "8388608";

const SIGN: &str = "async (stub) => {
    const signed = await window.byted_acrawler.frontierSign({ 'X-MS-STUB': stub });
    return String(signed['X-Bogus']);
}";
const FETCH: &str = "async (url, longest) => {
    const answer = await fetch(url, { credentials: 'include' });
    const text = await answer.text();
    if (text.length > Number(longest)) throw new Error('the answer is too long');
    return JSON.stringify([answer.status, answer.headers.get('content-type') || '', text, answer.url]);
}";

impl Page {
    /// Goes to `url` and waits until the scripts of the page stand there.
    pub async fn settle(&self, url: &str, condition: &str) -> Result<(), Trouble> {
        self.go(url).await?;
        self.wait_until(condition, STANDING).await
    }

    /// What the page's own script gives for the stub of a danmaku socket.
    pub async fn frontier_sign(&self, stub: &str) -> Result<String, Trouble> {
        self.run_within(WORKING, SIGN, &[stub]).await
    }

    /// Lets the page ask for `url`, signing it as it signs everything: status, type and text of the answer, and the URL
    /// that was asked in the end.
    pub async fn fetch(&self, url: &str) -> Result<(u16, String, String, String), Trouble> {
        let told = self.run_within(WORKING, FETCH, &[url, LONGEST]).await?;
        serde_json::from_str(&told).map_err(|_| Trouble::Script("it returned something else".to_owned()))
    }
}
