//! Switches of every platform, read and written.

use proptest::prelude::*;

use super::*;
use crate::sim::ALL;

proptest! {
    #[test]
    fn no_text_breaks_the_parser(text in "\\PC*") {
        if let Ok(fault) = text.parse::<Fault>() {
            prop_assert_eq!(fault.to_string().parse(), Ok(fault));
        }
    }

    #[test]
    fn a_text_that_is_nearly_right_reads_back_or_says_why(
        text in "(douyin|tiktok|x)?\\.?(probe|files)?\\.?(rate|risk|ok|local)?@?(every=)?[0-9]{0,21}",
    ) {
        match text.parse::<Fault>() {
            Ok(fault) => prop_assert_eq!(fault.to_string().parse(), Ok(fault)),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}

#[test]
fn every_switch_reads_back_what_it_writes() {
    for platform in &ALL {
        for endpoint in platform.endpoints {
            for class in endpoint.plays {
                for when in ["", "@1", "@every=7"] {
                    let text = format!("{}.{}.{class}{when}", platform.name, endpoint.name);
                    assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
                }
            }
        }
    }
}

#[test]
fn a_wrong_switch_lists_what_would_be_right() {
    let said = |text: &str| text.parse::<Fault>().unwrap_err().to_string();
    insta::assert_snapshot!(
        ["douyin", "a.b.c.d", "duoyin.probe.rate", "tiktok.files.rate", "tiktok.probe.ok", "tiktok.probe.local",
         "douyin.files.schema", "douyin.probe.rate@0", "douyin.probe.rate@every=", "douyin.probe.rate@-1"]
            .map(said).join("\n"),
        @r"
        `douyin` is no fault switch: write PLATFORM.ENDPOINT.CLASS, then @3 or @every=3 if only some requests fail
        `a.b.c.d` is no fault switch: write PLATFORM.ENDPOINT.CLASS, then @3 or @every=3 if only some requests fail
        `duoyin` is not a simulated platform: one of douyin creative_radar tiktok tiktok_shop tikapi
        `tiktok` has no endpoint `files`: one of probe
        `probe` of `tiktok` cannot play `ok`: one of gone private auth risk rate signature schema network
        `probe` of `tiktok` cannot play `local`: one of gone private auth risk rate signature schema network
        `files` of `douyin` cannot play `schema`: one of gone auth risk rate network
        `@0` does not say when: @3 is the third request alone, @every=3 is each third
        `@every=` does not say when: @3 is the third request alone, @every=3 is each third
        `@-1` does not say when: @3 is the third request alone, @every=3 is each third
        ");
}

#[test]
fn a_switch_strikes_when_it_says() {
    let struck = |text: &str| {
        let fault: Fault = text.parse().unwrap();
        (1..=7).filter(|n| fault.when.strikes(*n)).collect::<Vec<u64>>()
    };
    assert_eq!(struck("tikapi.probe.risk"), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(struck("tikapi.probe.risk@3"), [3]);
    assert_eq!(struck("tikapi.probe.risk@every=3"), [3, 6]);
}
