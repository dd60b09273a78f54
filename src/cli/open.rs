//! `radard open`: a link that signs a browser in. Only a running daemon can honour it.

use serde_json::{Value, json};

use super::desk::Desk;
use super::failure::Failure;
use super::out::Answer;
use super::reach::{Need, Reach};

/// Asks for the link.
pub(super) async fn answer(desk: &Desk) -> Result<Answer, Failure> {
    Reach::with(desk, Need::Daemon, ask).await
}

async fn ask(reach: &Reach) -> Result<Answer, Failure> {
    let made = reach.ask("POST", "/api/v1/open", Some(json!({}))).await?;
    let url = made.get("url").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Answer::shown(made, url).note("It works once, for 10 minutes."))
}

#[cfg(test)]
mod tests {
    use super::super::out::Out;
    use super::super::reach::tests::answering;
    use super::*;

    #[tokio::test]
    async fn the_link_stands_alone_on_stdout() {
        let (reach, _) = answering(200, json!({"url": "http://127.0.0.1:7878/in/x"}));
        let answer = ask(&reach).await.unwrap();
        assert_eq!(answer.to_stdout(Out { json: false, quiet: false, color: false }), "http://127.0.0.1:7878/in/x");
    }
}
