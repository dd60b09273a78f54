//! The rules of the house, held by reading text.
//!
//! Prose about a design rots, so each rule that can be read off the files is a test here. A rule is a function from
//! a tree to a list of problems; beside each stands a test that shows it failing, since a rule that cannot fail
//! holds nothing. Only the last test runs a program: it asks cargo what the house is made of.

mod house {
    pub(crate) mod arguments;
    pub(crate) mod circles;
    pub(crate) mod crates;
    pub(crate) mod imports;
    pub(crate) mod lex;
    pub(crate) mod listed;
    pub(crate) mod paths;
    pub(crate) mod platforms;
    pub(crate) mod shape;
    pub(crate) mod table;
    pub(crate) mod tree;
    pub(crate) mod words;
}

use house::tree::{Problem, Tree, none};
use house::{arguments, circles, crates, imports, listed, platforms, shape, table, words};

/// Holds one rule over the real house.
#[track_caller]
fn hold(rule: fn(&Tree) -> Vec<Problem>) -> std::io::Result<()> {
    none(&rule(&Tree::here()?));
    Ok(())
}

/// One test per rule: its name, and the function that finds what breaks it.
macro_rules! rules {
    ($($name:ident: $rule:path;)+) => {
        $(
            #[test]
            fn $name() -> std::io::Result<()> {
                hold($rule)
            }
        )+
    };
}

rules! {
    the_floor_table_points_down: table::points_down;
    every_room_has_a_row: table::rooms_have_rows;
    imports_follow_the_table: imports::follow_the_table;
    nobody_leans_on_the_folder_they_stand_in: imports::never_lean_on_the_folder;
    crates_are_seen_by_their_owners_only: imports::respect_owners;
    no_files_import_each_other_in_a_circle: circles::are_absent;
    the_top_level_is_fixed: shape::top_is_fixed;
    no_file_is_too_long: shape::files_are_short;
    every_file_opens_with_a_head: shape::files_have_heads;
    every_name_says_something: shape::names_say_something;
    no_code_is_ignored: shape::no_code_is_ignored;
    settings_have_a_reference: shape::settings_have_a_reference;
    every_fixture_is_used: listed::fixtures_are_used;
    the_readme_points_at_files: listed::readme_points_at_files;
    every_statement_is_listed: listed::statements_are_listed;
    arguments_have_names: arguments::are_named;
    what_opens_a_room_stays_at_its_door: arguments::base_stays_at_the_door;
    simulated_platforms_are_named_at_home: platforms::are_named_at_home;
    nothing_is_left_for_later: words::nothing_is_left_for_later;
    every_test_tests: words::tests_test;
    the_text_speaks_of_the_product: words::the_text_speaks_of_the_product;
}

#[test]
fn dependencies_keep_to_the_rules() {
    let rules = crates::Rules::parse(include_str!("../deny.toml")).unwrap();
    assert!(rules.counts().iter().all(|count| *count > 0), "deny.toml names no rule: {:?}", rules.counts());
    none(&crates::keep_to_the_rules(&crates::graph().unwrap(), &rules));
}
