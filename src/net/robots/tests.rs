//! The standard's own examples, and texts that try to be misread.

use proptest::prelude::*;

use super::*;

fn lets(text: &str, path: &str) -> bool {
    Rules::read(text.as_bytes()).let_pass(path)
}

#[test]
fn the_longest_pattern_decides_and_a_tie_lets_pass() {
    let text = "user-agent: *\ndisallow: /example/\nallow: /example/page/\nallow: /example/page/open\n\
                disallow: /example/page/disallowed.gif\n";
    assert!(lets(text, "/example/page/open") && lets(text, "/example/page/x") && lets(text, "/other"));
    assert!(!lets(text, "/example/page/disallowed.gif") && !lets(text, "/example/x"));
    assert!(lets("User-agent: *\nDisallow: /page\nAllow: /page\n", "/page"));
    assert!(lets("User-agent: *\nDisallow: /\n", "/robots.txt"), "the file itself may always be read");
}

#[test]
fn our_own_group_goes_before_everyones_and_several_count_together() {
    let text = "User-Agent: other\nDisallow: /\n\nuser-agent: RadarD/2.0\nDisallow: /a\n\nUser-agent: *\nDisallow: /b\n\n\
                user-agent: x\nuser-agent: radard\nDisallow: /c\n";
    assert!(!lets(text, "/a") && lets(text, "/b") && !lets(text, "/c") && lets(text, "/d"));
    assert!(lets("User-agent: *\nDisallow: /\nUser-agent: radard\nDisallow:\n", "/x"), "an empty word for us is a yes");
    assert!(!lets("User-agent: *\nDisallow: /\nUser-agent: radard-two\nAllow: /\n", "/x"), "another product");
    assert!(!lets("\u{feff}User-agent:*\r\nDisallow:/ # all\r\n", "/x"), "a mark, no spaces, a note");
    assert!(lets("Disallow: /\n", "/x"), "a rule outside any group speaks to nobody");
    assert!(!lets("User-agent: *\nSitemap: https://a.example/s.xml\nDisallow: /x\n", "/x"), "other lines part nothing");
    assert!(lets("", "/x") && lets("<!doctype html><title>404</title>", "/x"));
}

#[test]
fn patterns_know_stars_ends_and_encodings() {
    let forbids = |pattern: &str, path: &str| !lets(&format!("User-agent: *\nDisallow: {pattern}\n"), path);
    for (pattern, path) in [
        ("/fish", "/fishheads/y.html"),
        ("/fish*", "/fish?id=1"),
        ("*.php$", "/a/b.php"),
        ("/*.php", "/index.php?x=1"),
        ("/a*b*c", "/a--b-b--c/d"),
        ("/$", "/"),
        ("/a%3cd", "/a%3Cd"),
        ("/%61%7e", "/a~"),
        ("/美", "/%E7%BE%8E"),
        ("*", "/anything"),
    ] {
        assert!(forbids(pattern, path), "{pattern} {path}");
    }
    for (pattern, path) in
        [("/fish", "/Fish"), ("*.php$", "/a.php?x"), ("/$", "/x"), ("/a%2fb", "/a/b"), ("/a*b*c", "/a-c-b")]
    {
        assert!(!forbids(pattern, path), "{pattern} {path}");
    }
}

#[test]
fn who_could_not_be_asked_forbids_all_and_who_has_no_rules_nothing() {
    assert!(!Rules::Nothing.let_pass("/x") && Rules::All.let_pass("/x"));
    let robots = Robots::of(&["A.example".into()]).unwrap();
    assert!(robots.concerns("a.EXAMPLE") && !robots.concerns("b.example"));
    assert!(Robots::of(&["*".into()]).unwrap().concerns("b.example") && Robots::of(&[]).is_none());
}

proptest! {
    #[test]
    fn no_text_makes_it_fall_over_or_run_long(
        text in "[a-zA-Z:*$ /%\\n#-]{0,300}", path in "/[a-c*%2/?]{0,60}",
    ) {
        let _either = lets(&text, &path);
        let stars = format!("User-agent: *\nDisallow: {}\n", "*a".repeat(2000));
        let long = format!("/{}b", "a".repeat(1000));
        prop_assert!(lets(&stars, &long));
    }
}
