//! What the register must never let through, by example and by law.

use proptest::prelude::*;

use super::*;

fn knowing(secrets: &[&str]) -> Register {
    let register = Register::default();
    for secret in secrets {
        register.add(&Secret::new((*secret).to_owned()));
    }
    register
}

/// Percent-encodes every byte, so that the law does not lean on one encoder's habits.
fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |all, byte| all + &format!("%{byte:02X}"))
}

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |all, byte| all + &format!("{byte:02x}"))
}

/// Plain base64 with padding, written another way than the code under test.
fn base64(bytes: &[u8]) -> String {
    let digits: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let word = (0..3).fold(0u32, |word, i| (word << 8) | u32::from(group.get(i).copied().unwrap_or(0)));
        for i in 0..=group.len() {
            text.push(digits[usize::try_from((word >> (18 - 6 * i)) & 63).unwrap()]);
        }
        text.push_str(["", "==", "="][group.len() % 3]);
    }
    text
}

#[track_caller]
fn check(secret: &str, text: &str, expected: &str) {
    assert_eq!(knowing(&[secret]).redact(text), expected);
}

#[test]
fn a_secret_is_hidden_as_it_stands() {
    check("hunter2hunter2", "key=hunter2hunter2; hunter2hunter2!", "key=…; …!");
}

#[test]
fn a_secret_is_hidden_in_an_address_and_in_an_address_within_an_address() {
    check("a+b/c=d&e f", "?t=a%2Bb%2Fc%3Dd%26e%20f&x", "?t=…&x");
    check("a+b/c=d&e f", "?t=a%2bb/c%3dd%26e+f&x", "?t=…&x");
    check("tok/en=12345", "?next=%2F%3Ft%3Dtok%252Fen%253D12345", "?next=%2F%3Ft%3D…");
}

#[test]
fn a_secret_is_hidden_in_a_basic_authorization_header() {
    let header = base64(b"shop:correct horse battery");
    let clean = knowing(&["correct horse battery"]).redact(&header).into_owned();
    assert!(clean.contains(MARK) && clean.len() < 16, "{clean}");
}

#[test]
fn a_secret_is_hidden_when_a_debug_text_or_json_escapes_it() {
    let secret = "quo\"ted\\and\nlong";
    check(secret, &format!("{:?}", format!("<{secret}>")), "\"<…>\"");
    check(secret, &serde_json::to_string(&format!("<{secret}>")).unwrap(), "\"<…>\"");
}

#[test]
fn overlapping_secrets_leave_no_rest() {
    assert_eq!(knowing(&["aaaabbbbcc", "bbbbccdddd"]).redact("<aaaabbbbccdddd>"), "<…>");
    assert_eq!(knowing(&["12345678", "123456789"]).redact("<123456789>"), "<…>");
}

#[test]
fn dots_that_complete_another_secret_are_hidden_too() {
    assert_eq!(knowing(&["left…right", "middle-part"]).redact("leftmiddle-partright"), "…");
}

#[test]
fn a_short_value_is_not_a_secret_and_a_clean_text_is_not_copied() {
    let register = knowing(&["seven77", "a long secret"]);
    assert!(matches!(register.redact("seven77 stays, and 100% of it+more"), Cow::Borrowed(_)));
}

#[test]
fn a_full_register_forgets_the_oldest_and_keeps_the_refreshed() {
    let register = Register::default();
    let secret = |n: usize| Secret::new(format!("secret-number-{n:08}"));
    for n in 0..MOST {
        register.add(&secret(n));
    }
    register.add(&secret(0));
    register.add(&secret(MOST));
    let text = |n: usize| register.redact(secret(n).reveal()).into_owned();
    assert_eq!([text(0), text(MOST - 1), text(MOST)], [MARK; 3]);
    assert_ne!(text(1), MARK, "the oldest left");
}

#[test]
fn a_register_does_not_show_what_it_knows() {
    assert_eq!(format!("{:?}", knowing(&["a long secret"])), "Register(1 secrets)");
}

proptest! {
    #[test]
    fn no_output_contains_a_registered_secret(
        secrets in prop::collection::vec("[ab…%+ \"\\\\é]{4,9}|\\PC{8,24}", 1..4),
        words in prop::collection::vec("\\PC{0,6}", 6),
        lead in prop::collection::vec(any::<u8>(), 0..5),
        order in prop::collection::vec((any::<prop::sample::Index>(), 0..6usize), 1..6),
    ) {
        let refs: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let register = knowing(&refs);
        let mut text = String::new();
        for ((which, how), word) in order.iter().zip(&words) {
            let secret = which.get(&secrets);
            text.push_str(word);
            let spelled = match how {
                0 => secret.clone(),
                1 => percent(secret),
                2 => percent(&percent(secret)),
                3 => base64(&[&lead, secret.as_bytes()].concat()),
                4 => format!("{secret:?}"),
                _ => hex(secret),
            };
            text.push_str(&spelled);
        }
        let clean = register.redact(&text).into_owned();
        for secret in secrets.iter().filter(|s| s.len() >= SHORTEST) {
            prop_assert!(!clean.contains(secret.as_str()), "{clean:?} shows {secret:?}");
            prop_assert!(!clean.contains(&percent(secret)));
            prop_assert!(!clean.contains(&percent(&percent(secret))));
            prop_assert!(!clean.contains(&hex(secret)));
            prop_assert!(!clean.contains(base64(secret.as_bytes()).trim_end_matches('=')));
        }
        let twice = register.redact(&clean).into_owned();
        prop_assert_eq!(twice, clean, "twice is the same as once");
    }
}
