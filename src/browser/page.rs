//! One account in the browser: a user context, and a tab in it.

use std::time::Duration;

use serde_json::{Value, json};

use super::bidi::{Bidi, PATIENCE};
use super::session::Browser;
use super::trouble::{Trouble, first_line};

/// How often a page is asked whether something is there by now.
const ASK_EVERY: Duration = Duration::from_millis(100);

/// An account's tab. It goes with [`Page::close`]; what is never closed goes with the browser.
#[derive(Debug)]
pub struct Page {
    pub(super) bidi: Bidi,
    pub(super) user_context: String,
    pub(super) context: String,
    /// By which Chromium tells of its crash.
    session: Option<String>,
}

/// Who an account is to a site, as far as the browser says it; what is left out is the browser's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Guise<'a> {
    /// What its requests go through, an `http://` or a `socks5://` proxy.
    pub proxy: Option<&'a str>,
    /// What it calls itself.
    pub user_agent: Option<&'a str>,
    /// Its language.
    pub locale: Option<&'a str>,
    /// Its time zone.
    pub timezone: Option<&'a str>,
}

impl Page {
    /// Opens an account without anything in it.
    pub async fn open(browser: &Browser, guise: Guise<'_>) -> Result<Self, Trouble> {
        let bidi = browser.bidi.clone();
        let settings = match guise.proxy.map(|proxy| proxy.split_once("://").unwrap_or(("http", proxy))) {
            Some(("socks5", place)) => {
                json!({"proxy": {"proxyType": "manual", "socksProxy": place, "socksVersion": 5}})
            }
            Some((_, place)) => json!({"proxy": {"proxyType": "manual", "httpProxy": place, "sslProxy": place}}),
            None => json!({}),
        };
        let made = bidi.call("browser.createUserContext", settings).await?;
        let user_context = named(&made, "userContext")?;
        let said = [
            ("emulation.setUserAgentOverride", "userAgent", guise.user_agent),
            ("emulation.setLocaleOverride", "locale", guise.locale),
            ("emulation.setTimezoneOverride", "timezone", guise.timezone),
        ];
        for (command, name, value) in said.iter().filter_map(|(command, name, value)| Some((command, name, (*value)?)))
        {
            bidi.call(command, json!({*name: value, "userContexts": [user_context]})).await?;
        }
        let tab = bidi.call("browsingContext.create", json!({"type": "tab", "userContext": user_context})).await?;
        let context = named(&tab, "context")?;
        let session = bidi.call("goog:cdp.getSession", json!({"context": context})).await.ok();
        let session = session.and_then(|told| named(&told, "session").ok());
        Ok(Self { bidi, user_context, context, session })
    }

    /// What `work` gives, unless the tab crashes meanwhile: then it would never be answered.
    pub(super) async fn unless_crashed<T>(&self, work: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
        let Some(session) = &self.session else { return work.await };
        tokio::select! {
            done = work => done,
            () = self.bidi.crash_of(session) => Err(Trouble::Crashed),
        }
    }

    /// Closes the tab and forgets the account.
    pub async fn close(self) -> Result<(), Trouble> {
        self.bidi.call("browser.removeUserContext", json!({"userContext": self.user_context})).await.map(drop)
    }

    /// Goes to `url`, without waiting for what comes of it.
    pub async fn go(&self, url: &str) -> Result<(), Trouble> {
        self.bidi.call("browsingContext.navigate", self.to(url, "none")).await.map(drop)
    }

    pub(super) fn to(&self, url: &str, wait: &str) -> Value {
        json!({"context": self.context, "url": url, "wait": wait})
    }

    /// Runs `function` in the page, with texts as its arguments; gives the text that it returns.
    pub async fn run(&self, function: &str, arguments: &[&str]) -> Result<String, Trouble> {
        self.run_within(PATIENCE, function, arguments).await
    }

    /// The same, for no longer than `limit`.
    pub async fn run_within(&self, limit: Duration, function: &str, arguments: &[&str]) -> Result<String, Trouble> {
        let arguments: Vec<Value> = arguments.iter().map(|text| json!({"type": "string", "value": text})).collect();
        let order = json!({
            "functionDeclaration": function, "arguments": arguments, "target": {"context": self.context},
            "awaitPromise": true, "resultOwnership": "none",
        });
        let told = self.unless_crashed(self.bidi.call_within(limit, "script.callFunction", order)).await?;
        if told.get("type").and_then(Value::as_str) == Some("exception") {
            let why = told.pointer("/exceptionDetails/text").and_then(Value::as_str).unwrap_or_default();
            return Err(Trouble::Script(first_line(why)));
        }
        let text = told.pointer("/result/value").and_then(Value::as_str);
        text.map(str::to_owned).ok_or_else(|| Trouble::Script("it returned no text".to_owned()))
    }

    /// Waits until `condition`, an expression, holds in the page.
    pub async fn wait_until(&self, condition: &str, limit: Duration) -> Result<(), Trouble> {
        let clock = self.bidi.clock().clone();
        let function = format!("() => String(Boolean({condition}))");
        let holds = async {
            loop {
                match self.run(&function, &[]).await {
                    Ok(said) if said == "true" => return Ok(()),
                    // Between two pages there is none that could be asked.
                    Ok(_) | Err(Trouble::Refused { .. }) => clock.sleep(ASK_EVERY).await,
                    Err(trouble) => return Err(trouble),
                }
            }
        };
        clock.limit(limit, holds).await.map_err(|_| Trouble::Hung("wait for the page"))?
    }

    /// Where it stands, without the query, which may hold a token; and what it calls itself.
    pub async fn place(&self) -> Result<(String, String), Trouble> {
        let told = self.run("() => JSON.stringify([location.origin + location.pathname, document.title])", &[]).await?;
        Ok(serde_json::from_str(&told).unwrap_or_default())
    }

    /// What stands there, as HTML.
    pub async fn text(&self) -> Result<String, Trouble> {
        self.run("() => document.documentElement.outerHTML", &[]).await
    }

    /// What it looks like, as PNG in base64.
    pub async fn picture(&self) -> Result<String, Trouble> {
        let told = self.bidi.call("browsingContext.captureScreenshot", json!({"context": self.context})).await?;
        named(&told, "data")
    }
}

/// A text of an answer that has to be there.
pub(super) fn named(told: &Value, name: &'static str) -> Result<String, Trouble> {
    let text = told.get(name).and_then(Value::as_str).map(str::to_owned);
    text.ok_or_else(|| Trouble::Refused { what: name, why: "the answer does not say it".to_owned() })
}
