//! What pages stored, in and out, without a request that leaves the machine.
//!
//! Only a page of an origin can reach what it stored. So a tab goes there, its request is held before it leaves and
//! answered with an empty page from here.

use serde_json::{Value, json};

use super::page::{Page, named};
use super::trouble::Trouble;
use crate::domain::Secret;

const PUT: &str =
    "(pairs) => { for (const [name, value] of JSON.parse(pairs)) localStorage.setItem(name, value); return '' }";
const TAKE: &str = "() => JSON.stringify(Object.entries(localStorage))";
const TAKE_HERE: &str = "(origin) => location.origin === origin ? JSON.stringify(Object.entries(localStorage)) : ''";
const EMPTY: &str = "<!doctype html><title></title>";

impl Page {
    /// Stores `pairs` for `origin`.
    pub async fn put_stored(&self, origin: &str, pairs: &[(String, Secret<String>)]) -> Result<(), Trouble> {
        let plain: Vec<(&str, &str)> =
            pairs.iter().map(|(name, value)| (name.as_str(), value.reveal().as_str())).collect();
        let text = json!(plain).to_string();
        self.at_origin(origin, PUT, &[&text]).await.map(drop)
    }

    /// What `origin` stored.
    pub async fn stored(&self, origin: &str) -> Result<Vec<(String, Secret<String>)>, Trouble> {
        // Where the page stands there already, nobody has to go.
        let told = match self.run(TAKE_HERE, &[origin.trim_end_matches('/')]).await {
            Ok(told) if !told.is_empty() => told,
            _ => self.at_origin(origin, TAKE, &[]).await?,
        };
        let pairs: Vec<(String, String)> = serde_json::from_str(&told)
            .map_err(|_| Trouble::Script(format!("what `{origin}` stored is no text that can be kept")))?;
        Ok(pairs.into_iter().map(|(name, value)| (name, Secret::new(value))).collect())
    }

    /// Runs a script on an empty page of `origin`.
    async fn at_origin(&self, origin: &str, script: &str, arguments: &[&str]) -> Result<String, Trouble> {
        let context = self.context.clone();
        let is_ours = move |event: &super::bidi::Event| {
            event.params.get("isBlocked") == Some(&Value::Bool(true)) && event.text("/context") == context
        };
        let mut held = self.bidi.listen(is_ours);
        let phases = json!({"phases": ["beforeRequestSent"], "contexts": [self.context]});
        let intercept = named(&self.bidi.call("network.addIntercept", phases).await?, "intercept")?;
        let url = format!("{}/", origin.trim_end_matches('/'));
        let visit = async {
            let go = self.bidi.call("browsingContext.navigate", self.to(&url, "complete"));
            let answer = async {
                while let Some(event) = held.recv().await {
                    let request = event.text("/request/request");
                    // The page itself is answered. What else the tab asks for, or asked for when we came, is not.
                    if !event.text("/navigation").is_empty() && event.text("/request/url") == url {
                        let header =
                            json!([{"name": "content-type", "value": {"type": "string", "value": "text/html"}}]);
                        let body = json!({"type": "string", "value": EMPTY});
                        let page = json!({"request": request, "statusCode": 200, "reasonPhrase": "OK", "headers": header, "body": body});
                        self.bidi.call("network.provideResponse", page).await?;
                    } else {
                        self.bidi.call("network.failRequest", json!({"request": request})).await?;
                    }
                }
                Err(Trouble::Gone)
            };
            tokio::select! {
                gone = go => gone.map(drop)?,
                ended = answer => ended?,
            }
            self.run(script, arguments).await
        };
        let done = visit.await;
        let removed = self.bidi.call("network.removeIntercept", json!({"intercept": intercept})).await;
        let done = done?;
        removed.map(|_| done)
    }
}
