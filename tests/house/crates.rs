//! What the program is made of: licences, bans and duplicates, judged over the resolved graph.
//!
//! The rules stand in `deny.toml`, where `cargo deny` reads them too; this test holds them on machines without that
//! tool. The graph is what the machine has already fetched: normal and build dependencies on Linux, never asked for
//! over the network.

use super::tree::Problem;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

const RULES: &str = "deny.toml";
const LOCK: &str = "Cargo.lock";

/// What `deny.toml` asks for.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    licences: BTreeSet<String>,
    banned: BTreeSet<String>,
    single: BTreeSet<String>,
}

impl Rules {
    /// Reads the part of `deny.toml` that this test holds.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let file: toml::Table = toml::from_str(text)?;
        let list = |section: &str, key: &str| {
            file.get(section)
                .and_then(|section| section.get(key))
                .and_then(toml::Value::as_array)
                .cloned()
                .unwrap_or_default()
        };
        let licences = list("licenses", "allow").iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
        let mut rules = Self { licences, ..Self::default() };
        for entry in list("bans", "deny") {
            let Some(name) = entry.get("crate").and_then(toml::Value::as_str) else { continue };
            let single = entry.get("deny-multiple-versions").and_then(toml::Value::as_bool) == Some(true);
            let names = if single { &mut rules.single } else { &mut rules.banned };
            names.insert(name.to_owned());
        }
        Ok(rules)
    }

    /// How many rules of each sort: licences, bans, crates that must be single.
    pub(crate) fn counts(&self) -> [usize; 3] {
        [self.licences.len(), self.banned.len(), self.single.len()]
    }
}

/// Asks cargo for the graph, from what is on this machine only.
pub(crate) fn graph() -> Result<Value, String> {
    let arguments =
        ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", "x86_64-unknown-linux-gnu"];
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .output()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("cannot read the graph: {}", String::from_utf8_lossy(&output.stderr)));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("cannot read the graph: {error}"))
}

/// Every crate that ends up in the program keeps to the rules.
pub(crate) fn keep_to_the_rules(graph: &Value, rules: &Rules) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for package in shipped(graph) {
        let name = package.get("name").and_then(Value::as_str).unwrap_or_default();
        let licence = package.get("license").and_then(Value::as_str).unwrap_or_default();
        *versions.entry(name).or_default() += 1;
        if !allows(licence, &rules.licences) {
            let what = format!("`{name}` is licensed `{licence}`");
            let advice = "use another crate, or allow the licence in deny.toml and say why";
            problems.push(Problem::at(LOCK, 0, "licences", what, advice));
        }
        if rules.banned.contains(name) {
            let advice = "find who brings it with `cargo tree -i` and turn that feature off";
            problems.push(Problem::at(LOCK, 0, "bans", format!("`{name}` is banned by {RULES}"), advice));
        }
    }
    for (name, count) in versions.into_iter().filter(|(name, count)| *count > 1 && rules.single.contains(*name)) {
        let advice = "find who brings each with `cargo tree -i` and bring them to one version";
        problems.push(Problem::at(LOCK, 0, "duplicates", format!("{count} versions of `{name}`"), advice));
    }
    problems
}

/// The packages reachable from the root without passing a dev dependency.
fn shipped(graph: &Value) -> Vec<&Value> {
    let nodes: BTreeMap<&str, &Value> = by_id(graph.pointer("/resolve/nodes"));
    let packages = by_id(graph.pointer("/packages"));
    let mut waiting: Vec<&str> = graph.pointer("/resolve/root").and_then(Value::as_str).into_iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if seen.insert(id) {
            let deps = nodes.get(id).and_then(|node| node.get("deps")).and_then(Value::as_array);
            let deps = deps.into_iter().flatten().filter(|dep| is_shipped(dep));
            waiting.extend(deps.filter_map(|dep| dep.get("pkg").and_then(Value::as_str)));
        }
    }
    seen.into_iter().filter_map(|id| packages.get(id).copied()).collect()
}

fn by_id(list: Option<&Value>) -> BTreeMap<&str, &Value> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|item| Some((item.get("id")?.as_str()?, item))).collect()
}

fn is_shipped(dep: &Value) -> bool {
    let kinds = dep.get("dep_kinds").and_then(Value::as_array);
    kinds.into_iter().flatten().any(|kind| kind.get("kind").and_then(Value::as_str) != Some("dev"))
}

/// Does a licence expression allow use under `allowed`? Of `OR` any side will do, of `AND` all must.
fn allows(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any(&mut rest, allowed) && rest.is_empty()
}

fn any(words: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let mut holds = all(words, allowed);
    while let ["OR", rest @ ..] = *words {
        *words = rest;
        holds |= all(words, allowed);
    }
    holds
}

fn all(words: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let mut holds = single(words, allowed);
    while let ["AND", rest @ ..] = *words {
        *words = rest;
        holds &= single(words, allowed);
    }
    holds
}

fn single(words: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    match *words {
        ["(", rest @ ..] => {
            *words = rest;
            let holds = any(words, allowed);
            *words = words.strip_prefix(&[")"]).unwrap_or(words);
            holds
        }
        [name, "WITH", exception, rest @ ..] => {
            *words = rest;
            allowed.contains(&format!("{name} WITH {exception}"))
        }
        [name, rest @ ..] => {
            *words = rest;
            allowed.contains(*name)
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::{none, one};
    use super::*;
    use serde_json::json;

    const RULES: &str = r#"
        licenses.allow = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"]
        bans.deny = [{ crate = "openssl-sys" }, { crate = "rustls", deny-multiple-versions = true }]"#;

    /// The root, with `crates` as its dependencies: name, licence, kind.
    fn made_up(crates: &[(&str, &str, Option<&str>)]) -> Vec<Problem> {
        let id = |at: usize| format!("crate-{at}");
        let deps =
            crates.iter().enumerate().map(|(at, (_, _, kind))| json!({"pkg": id(at), "dep_kinds": [{"kind": kind}]}));
        let packages = crates
            .iter()
            .enumerate()
            .map(|(at, (name, licence, _))| json!({"id": id(at), "name": name, "license": licence}));
        let graph = json!({
            "packages": packages.collect::<Vec<_>>(),
            "resolve": {"root": "root", "nodes": [{"id": "root", "deps": deps.collect::<Vec<_>>()}]},
        });
        keep_to_the_rules(&graph, &Rules::parse(RULES).unwrap())
    }

    #[test]
    fn a_foreign_licence_is_refused() {
        one(&made_up(&[("serde", "MIT", None), ("ghost", "GPL-3.0-only", None)]), "`ghost` is licensed `GPL-3.0-only`");
        one(&made_up(&[("ghost", "", None)]), "`ghost`");
    }

    #[test]
    fn a_banned_crate_is_refused() {
        one(&made_up(&[("openssl-sys", "MIT", Some("build"))]), "`openssl-sys` is banned");
        none(&made_up(&[("openssl-sys", "MIT", Some("dev"))]));
    }

    #[test]
    fn a_second_version_is_refused() {
        one(
            &made_up(&[("rustls", "MIT", None), ("rustls", "MIT", None), ("syn", "MIT", None), ("syn", "MIT", None)]),
            "2 versions of `rustls`",
        );
    }

    #[test]
    fn licence_expressions_are_weighed() {
        let rules = Rules::parse(RULES).unwrap();
        for good in
            ["MIT OR GPL-3.0", "GPL-3.0/MIT", "(GPL-3.0 OR ISC) AND MIT", "Apache-2.0 WITH LLVM-exception OR GPL-3.0"]
        {
            assert!(allows(good, &rules.licences), "{good}");
        }
        for bad in ["MIT AND GPL-3.0", "(MIT OR ISC) AND GPL-3.0", "Apache-2.0", "MIT ISC", ""] {
            assert!(!allows(bad, &rules.licences), "{bad}");
        }
    }
}
