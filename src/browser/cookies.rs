//! Cookies into an account and out of it.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::page::Page;
use super::trouble::Trouble;
use crate::domain::Secret;

/// To which requests of other sites a cookie goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// None.
    Strict,
    /// Those that lead a person there.
    Lax,
    /// All.
    None,
}

/// A cookie as a browser holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Secret<String>,
    /// Whose; with a dot in front, of all below it too.
    pub domain: String,
    /// From which path on.
    pub path: String,
    /// Until when, in Unix seconds; nothing for one that ends with the browser.
    pub expiry: Option<i64>,
    /// Whether pages cannot read it.
    pub http_only: bool,
    /// Whether it only goes where nobody listens.
    pub secure: bool,
    /// To which requests of other sites it goes.
    pub same_site: SameSite,
    /// On whose pages alone it counts.
    pub partition: Option<Partition>,
}

impl Cookie {
    /// One that ends with the browser and that pages cannot read.
    pub fn new(name: &str, value: &str, domain: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: Secret::new(value.to_owned()),
            domain: domain.to_owned(),
            path: "/".to_owned(),
            expiry: None,
            http_only: true,
            secure: false,
            same_site: SameSite::Lax,
            partition: None,
        }
    }
}

/// Where a cookie counts that counts on the pages of one site alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// The site.
    pub site: String,
    /// Whether it was set in a page within one of another site.
    pub is_within_another: bool,
}

impl Cookie {
    /// As the browser wants it: it says yes to some that it then does not keep, so those are not sent.
    fn order(&self) -> Value {
        // `None` without secure is dropped in silence.
        let same_site = match self.same_site {
            SameSite::Strict => "strict",
            SameSite::None if self.secure => "none",
            SameSite::Lax | SameSite::None => "lax",
        };
        let mut cookie = json!({
            "name": self.name, "value": {"type": "string", "value": self.value.reveal()}, "domain": self.domain,
            "path": self.path, "httpOnly": self.http_only, "secure": self.secure, "sameSite": same_site,
        });
        if let (Some(expiry), Some(fields)) = (self.expiry, cookie.as_object_mut()) {
            fields.insert("expiry".to_owned(), expiry.into());
        }
        cookie
    }

    fn key(&self) -> Key {
        (self.name.clone(), self.domain.clone(), self.path.clone())
    }

    fn of(told: &Value) -> Option<Self> {
        let text = |place: &str| told.pointer(place)?.as_str().map(str::to_owned);
        let flag = |name: &str| told.get(name).and_then(Value::as_bool).unwrap_or(false);
        let secure = flag("secure");
        let same_site = match text("/sameSite").as_deref() {
            Some("strict") => SameSite::Strict,
            // Without secure it can only be one that says nothing.
            Some("none") if secure => SameSite::None,
            _ => SameSite::Lax,
        };
        Some(Self {
            name: text("/name")?,
            value: Secret::new(match text("/value/type").as_deref() {
                Some("base64") => String::from_utf8(STANDARD.decode(text("/value/value")?).ok()?).ok()?,
                _ => text("/value/value")?,
            }),
            domain: text("/domain")?,
            path: text("/path")?,
            expiry: told.get("expiry").and_then(Value::as_i64),
            http_only: flag("httpOnly"),
            secure,
            same_site,
            partition: text("/goog:partitionKey/topLevelSite").map(|site| Partition {
                site,
                is_within_another: told.pointer("/goog:partitionKey/hasCrossSiteAncestor") == Some(&Value::Bool(true)),
            }),
        })
    }
}

impl Page {
    /// Puts `cookies` into the account; gives the names of those that the browser does not hold afterwards.
    pub async fn put_cookies(&self, cookies: &[Cookie]) -> Result<Vec<String>, Trouble> {
        for cookie in cookies {
            let mut partition = json!({"type": "storageKey", "userContext": self.user_context});
            if let (Some(of), Some(fields)) = (&cookie.partition, partition.as_object_mut()) {
                fields.insert("sourceOrigin".to_owned(), of.site.clone().into());
            }
            let order = json!({"cookie": cookie.order(), "partition": partition});
            match self.bidi.call("storage.setCookie", order).await {
                // One that it refuses is missing below.
                Ok(_) | Err(Trouble::Refused { .. }) => {}
                Err(trouble) => return Err(trouble),
            }
        }
        let held = self.cookies().await?;
        let is_held = |cookie: &Cookie| {
            held.iter()
                .any(|held| (&held.name, &held.domain, &held.path) == (&cookie.name, &cookie.domain, &cookie.path))
        };
        Ok(cookies.iter().filter(|cookie| !is_held(cookie)).map(|cookie| cookie.name.clone()).collect())
    }

    /// All cookies of the account.
    pub async fn cookies(&self) -> Result<Vec<Cookie>, Trouble> {
        let partition = json!({"type": "storageKey", "userContext": self.user_context});
        let told = self.bidi.call("storage.getCookies", json!({"partition": partition})).await?;
        let told = told.get("cookies").and_then(Value::as_array).into_iter().flatten();
        let mut cookies: Vec<Cookie> = told.filter_map(Cookie::of).collect();
        // Chromium says `none` of what says nothing too; asked in its own words it tells the two apart.
        if cookies.iter().any(|cookie| cookie.same_site == SameSite::None) {
            let unset = self.unset_same_site().await;
            for cookie in cookies.iter_mut().filter(|cookie| unset.contains(&cookie.key())) {
                cookie.same_site = SameSite::Lax;
            }
        }
        Ok(cookies)
    }

    /// The cookies of the account that do not say to which sites they go; none where that cannot be asked.
    async fn unset_same_site(&self) -> BTreeSet<Key> {
        let order = json!({"method": "Storage.getCookies", "params": {"browserContextId": self.user_context}});
        let told = self.bidi.call("goog:cdp.sendCommand", order).await.unwrap_or_default();
        let cookies = told.pointer("/result/cookies").and_then(Value::as_array).into_iter().flatten();
        let key = |cookie: &Value| {
            let text = |name: &str| cookie.get(name).and_then(Value::as_str).map(str::to_owned);
            Some((text("name")?, text("domain")?, text("path")?))
        };
        cookies.filter(|cookie| cookie.get("sameSite").is_none()).filter_map(key).collect()
    }
}

/// What tells a cookie from others: name, domain, path.
type Key = (String, String, String);
