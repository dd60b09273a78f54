//! The same vectors through the program: flags are called as the inputs are, members of the answer as the outputs.

use std::process::Command;

use serde_json::Value;

use super::file::{Wrong, each, same};

/// What `radard sign KIND` gives for the inputs `flags` of a vector, which must be what stands in its `outputs`.
fn check(kind: &str, flags: &[&str], outputs: &[&str], vector: &Value) -> Result<(), Wrong> {
    let mut radard = Command::new(env!("CARGO_BIN_EXE_radard"));
    radard.args(["--json", "sign", kind]);
    for name in flags {
        let value = match &vector[*name] {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        radard.arg(format!("--{}", name.replace('_', "-"))).arg(value);
    }
    let said = radard.output().unwrap();
    let told: Value =
        serde_json::from_slice(&said.stdout).map_err(|_| String::from_utf8_lossy(&said.stderr).into_owned())?;
    outputs.iter().try_for_each(|name| same(name, told.get(*name), vector.get(*name)))
}

/// One test for each file: its name, the signer, the inputs, the outputs.
macro_rules! commands {
    ($($test:ident: $file:literal $kind:literal [$($flag:literal)*] => [$($output:literal)*];)+) => {$(
        #[test]
        fn $test() {
            each($file, |vector: &Value| check($kind, &[$($flag),*], &[$($output),*], vector));
        }
    )+};
}

commands! {
    a_bogus: "abogus.json" "abogus"
        ["params" "body" "user_agent" "fingerprint" "start_ms" "end_ms" "rd" "options" "method"] => ["a_bogus"];
    x_bogus: "xbogus.json" "xbogus" ["params" "user_agent" "unix_time_s"] => ["x_bogus" "signed_query"];
    fingerprint: "ab_fingerprint.json" "fingerprint"
        ["browser" "inner_width" "inner_height" "outer_dw" "outer_dh" "screen_y" "size_width" "size_height" "avail_width"
            "avail_height"] => ["fingerprint"];
    ms_token: "douyin_mstoken.json" "ms-token" ["length" "draws"] => ["random_str" "ms_token"];
    verify_fp: "verify_fp.json" "verify-fp" ["unix_time_ms" "draws"] => ["verify_fp"];
    webcast_stub: "webcast_stub.json" "webcast-stub" ["room_id" "user_unique_id"] => ["raw" "x_ms_stub"];
    tiktok_shop: "tiktok_shop_sign.json" "shop"
        ["app_secret" "method" "path" "query" "content_type" "body_base64"] => ["string_to_sign" "sign"];
}
