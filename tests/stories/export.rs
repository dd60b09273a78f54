//! What was found leaves the house as tables: whole, harmless, and beside a running daemon.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::kit::{Dir, RADARD, change, run, size, texts};

/// What somebody wrote who wants others' spreadsheets to do something.
const FORMULA: &str = "=HYPERLINK(\"http://evil.example\",\"夜市\")";

/// A database with posts, people, comments and numbers in it; of one post each text is hostile.
fn filled(name: &str) -> Dir {
    let dir = Dir::new(name);
    dir.save_settings("");
    assert_eq!(run(&dir, &["migrate"], None).0, 0);
    let file = dir.database();
    let posts = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
        INSERT INTO post (id, creator, kind, text, made_at, privacy, is_prohibited, is_pinned, likes, seal, first_at, last_at)
        SELECT '7' || i, '70' || (i % 3), 0, 'post ' || i, 1767196800000 + i * 86400000, 0, i % 2, 0, i, i, 1, 2 FROM n";
    assert_eq!(change(&file, posts), 3000);
    let hostile =
        "UPDATE post SET text = '=HYPERLINK(\"http://evil.example\",\"夜市\")', made_at = NULL WHERE id = '71'";
    assert_eq!(change(&file, hostile), 1);
    let people = "INSERT INTO creator (id, uid, handle, nickname, is_banned, first_at, last_at, profile_at)
        VALUES ('700', '1', '@a', '+b', 0, 1, 2, 3), ('701', '2', 'c', 'd', 0, 1, 2, NULL), ('fan', '3', 'e', '夜猫', 0, 1, 2, NULL)";
    assert_eq!(change(&file, people), 3);
    let listed = "INSERT INTO listed (list, owner, item, first_at, last_at, gone_at) VALUES
        ('followers', '700', 'fan', 1, 2, NULL), ('followers', '700', '701', 1, 2, 3),
        ('following', '701', '700', 1, 2, NULL), ('likes', '700', '75', 1, 2, NULL)";
    assert_eq!(change(&file, listed), 4);
    let comments = "INSERT INTO comment (id, post, parent, creator, nickname, text, first_at, last_at)
        VALUES ('8', '73', NULL, 'fan', '@夜猫', '-1', 1, 2), ('9', '74', NULL, 'fan', '夜猫', 'x', 1, 2)";
    assert_eq!(change(&file, comments), 2);
    assert_eq!(change(&file, "INSERT INTO post_count (post, at, likes) VALUES ('73', 5, 1), ('73', 6, 2)"), 2);
    assert_eq!(change(&file, "INSERT INTO raw (kind, id, at, packed) VALUES ('post', '73', 5, x'0300')"), 1);
    let rooms = "INSERT INTO room (number, show, owner, nickname, title, status, first_at, last_at)
        VALUES ('8', '9', '700', '+b', 't', 2, 1, 2)";
    assert_eq!(change(&file, rooms), 1);
    assert_eq!(change(&file, "INSERT INTO creator_count (creator, at, followers) VALUES ('700', 5, 9)"), 1);
    dir
}

fn lines(dir: &Dir, arguments: &[&str]) -> Vec<Value> {
    let (code, out, err) = run(dir, &[&["export"], arguments, &["--format", "jsonl"]].concat(), None);
    assert_eq!((code, err.as_str()), (0, ""));
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_table_is_written_in_every_form_with_the_columns_that_are_published() {
    let dir = filled("export-forms");
    let schema: Value = serde_json::from_str(&run(&dir, &["export", "--schema", "--json"], None).1).unwrap();
    let counts = [
        ("posts", 3000),
        ("creators", 2),
        ("followers", 2),
        ("following", 1),
        ("comments", 2),
        ("snapshots", 3),
        ("lists", 4),
        ("raw", 1),
        ("rooms", 1),
    ];
    let tables = schema["items"].as_array().unwrap();
    assert_eq!(tables.len(), counts.len());
    for (table, (name, count)) in tables.iter().zip(counts) {
        assert_eq!(table["table"], name);
        let columns: Vec<&str> =
            table["columns"].as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap()).collect();
        let rows = lines(&dir, &[name]);
        assert_eq!(rows.len(), count, "{name}");
        let mut known: Vec<&str> = rows[0].as_object().unwrap().keys().map(String::as_str).collect();
        let mut said: Vec<&str> = columns.iter().copied().chain(["v"]).collect();
        known.sort_unstable();
        said.sort_unstable();
        assert_eq!(known, said, "{name}");
        let (code, out, _) = run(&dir, &["export", name], None);
        assert_eq!((code, out.lines().next().unwrap()), (0, columns.join(",").as_str()));
        let book = dir.path().join(format!("{name}.xlsx"));
        let (code, out, err) = run(&dir, &["export", name, "-o", book.to_str().unwrap()], None);
        assert_eq!((code, out.trim()), (0, format!("rows of {name} in {}: {count}", book.display()).as_str()), "{err}");
        assert!(std::fs::read(&book).unwrap().starts_with(b"PK"));
    }
    let (_, out, _) = run(&dir, &["export", "posts", "--bom"], None);
    assert!(out.starts_with('\u{feff}') && out.contains("\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"夜市\"\")\""));
    assert!(!out.contains(",=") && !out.contains("\"="), "nothing is computed");
    assert_eq!(lines(&dir, &["posts"]).iter().filter(|row| row["text"] == FORMULA).count(), 1, "the control");
}

#[test]
fn the_rows_are_those_that_are_asked_for() {
    let dir = filled("export-rows");
    let ids = |arguments: &[&str]| -> Vec<String> {
        lines(&dir, arguments).iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&["posts", "--creator", "702"]).len(), 1000);
    assert_eq!(ids(&["posts", "--interval", "2026-01-03|2026-01-04"]), ["73", "72"], "the newest first");
    assert_eq!(ids(&["comments", "--creator", "701"]), ["9"], "those below the creator's posts");
    assert_eq!(ids(&["snapshots", "--creator", "700"]).len(), 3);
    assert_eq!(ids(&["creators"]).len(), 2, "who only stands in a list is none");
    let one = lines(&dir, &["posts", "--interval", "2026-01-05|2026-01-05"]);
    assert_eq!(
        (&one[0]["made_at"], &one[0]["is_prohibited"], &one[0]["nickname"]),
        (&"2026-01-04T16:00:00.000Z".into(), &false.into(), &"d".into())
    );
    for (arguments, said) in [
        (&["nothing"][..], "there is no table `nothing`"),
        (&["posts", "--interval", "2026"], "the interval cannot be read"),
        (&["posts", "--format", "xlsx"], "a workbook cannot go to stdout"),
        (&["posts", "--format", "jsonl", "--bom"], "only a csv file"),
        (&["posts", "--format", "pdf"], "pdf"),
        (&[], "TABLE"),
    ] {
        let (code, out, err) = run(&dir, &[&["export"], arguments].concat(), None);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.contains(said), "{arguments:?}: {err}");
    }
    let (code, _, err) = run(&dir, &["export", "posts", "--target", "nobody"], None);
    assert!(code == 1 && err.contains("there is no target `nobody`"), "{err}");
}

#[test]
fn an_export_says_what_it_wrote_and_names_what_numbers_mean() {
    let dir = filled("export-truth");
    let file = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    // A format that nobody chose is none, and two that were said must be the same.
    let endings = "end it in .csv, .xlsx, .jsonl or .ndjson, or give --format";
    for (arguments, said, advice) in [
        (&["-o", &file("posts.parquet")][..], "posts.parquet` ends in .parquet", endings),
        (&["-o", &file("posts")], "posts` has no ending", endings),
        (&["-o", &file("posts.csv"), "--format", "xlsx"], "ends in .csv, but --format says xlsx", "leave --format out"),
        (&["-o", &file("posts.ndjson"), "--format", "csv"], "ends in .ndjson, but --format says csv", "in .csv"),
    ] {
        let (code, out, err) = run(&dir, &[&["export", "posts"], arguments].concat(), None);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.contains(said) && err.contains(advice), "{arguments:?}: {err}");
    }
    let (code, _, err) = run(&dir, &["export", "posts", "-o", dir.path().to_str().unwrap()], None);
    assert!(code == 1 && err.contains("is a folder") && err.contains("name a file in it"), "{code} {err}");
    let names: Vec<_> = std::fs::read_dir(dir.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().starts_with("posts")), "nothing is written: {names:?}");
    // A program is told what was written, as a person is.
    for (name, more, format) in [
        ("a.csv", &[][..], "csv"),
        ("a.NDJSON", &[], "jsonl"),
        ("a.xlsx", &[], "xlsx"),
        ("a.parquet", &["--format", "jsonl"], "jsonl"),
        ("a", &["--format", "csv"], "csv"),
    ] {
        let to = file(name);
        let (code, out, err) = run(&dir, &[&["--json", "export", "posts", "-o", &to], more].concat(), None);
        let bytes = std::fs::metadata(&to).unwrap().len();
        let sheets = if format == "xlsx" { json!(["posts"]) } else { Value::Null };
        let expected = json!({
            "v": 1, "table": "posts", "file": to, "format": format, "rows": 3000, "bytes": bytes, "sheets": sheets,
        });
        assert_eq!((code, serde_json::from_str::<Value>(&out).unwrap()), (0, expected), "{err}");
    }
    // On stdout stand rows alone: in JSON for a program, unless it says otherwise.
    let (_, rows, _) = run(&dir, &["--json", "export", "posts"], None);
    let parsed: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(parsed.len() == 3000 && parsed.iter().all(|row| row["id"].is_string()), "{}", parsed.len());
    assert_eq!(parsed, lines(&dir, &["posts"]));
    let (_, rows, _) = run(&dir, &["--json", "export", "posts", "--format", "csv"], None);
    assert_eq!((rows.lines().count(), rows.starts_with("id,creator,")), (3001, true));
    let mut full = Command::new(RADARD);
    full.args(["--json", "export", "posts"]).current_dir(dir.path());
    let ended = full.stdout(std::fs::File::create("/dev/full").unwrap()).output().unwrap();
    let said: Value = serde_json::from_slice(&ended.stderr).unwrap();
    assert!(ended.status.code() == Some(1) && said["error"].as_str().unwrap().contains("No space left"), "{said}");
    let (_, help, _) = run(&dir, &["export", "--help"], None);
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("stdout holds the rows alone, with --json too"), "{help}");
    // Each number that stands for something is its word, and one that nobody knows stays a number.
    let set = "UPDATE post SET kind = CASE id WHEN '73' THEN 68 WHEN '74' THEN 122 ELSE 4 END, plays = NULL,
        privacy = CASE id WHEN '73' THEN 2 WHEN '74' THEN 9 ELSE 0 END, cover = 'https://c/1', media_at = 5,
        media = 'https://m/1' || char(10) || 'https://m/2', hashtags = CASE id WHEN '75' THEN '' ELSE '夜市' END
        WHERE id IN ('72', '73', '74', '75')";
    assert_eq!(change(&dir.database(), set), 4);
    let rows = lines(&dir, &["posts"]);
    let row = |id: &str| rows.iter().find(|row| row["id"] == id).unwrap();
    let told = |id: &str| ["kind", "privacy", "link"].map(|name| row(id)[name].as_str().unwrap().to_owned());
    assert_eq!(told("72"), ["video", "public", "https://www.douyin.com/video/72"]);
    assert_eq!(told("73"), ["images", "friends", "https://www.douyin.com/note/73"]);
    assert_eq!(told("74"), ["122", "9", "https://www.douyin.com/video/74"]);
    let files = ["cover", "media", "media_at", "hashtags", "plays"].map(|name| row("73")[name].clone());
    let media = json!(["https://m/1", "https://m/2"]);
    let at = "1970-01-01T00:00:00.005Z";
    assert_eq!(files, [json!("https://c/1"), media, json!(at), json!(["夜市"]), Value::Null]);
    assert_eq!((&row("75")["hashtags"], &row("76")["hashtags"]), (&json!([]), &Value::Null), "none, and not read yet");
    assert_eq!((lines(&dir, &["rooms"])[0]["state"].as_str(), row("76")["v"].as_i64()), (Some("live"), Some(2)));
    let (_, csv, _) = run(&dir, &["export", "posts", "--interval", "2026-01-04|2026-01-04"], None);
    assert!(
        csv.contains(",,") && csv.contains(&format!(",https://c/1,https://m/1 https://m/2,{at},夜市\r\n")),
        "{csv}"
    );
    let (_, schema, _) = run(&dir, &["export", "--schema"], None);
    let expire: Vec<&str> = schema.lines().filter(|line| line.contains("within hours of `media_at`")).collect();
    assert!(matches!(expire[..], [cover, media] if cover.contains("cover") && media.contains("media")), "{schema}");
}

#[test]
fn a_step_of_the_schema_empties_zeros_that_were_none() {
    let dir = filled("export-zeros");
    let file = dir.database();
    for back in [
        "ALTER TABLE post DROP COLUMN cover",
        "ALTER TABLE post DROP COLUMN media",
        "ALTER TABLE post DROP COLUMN media_at",
        "ALTER TABLE post DROP COLUMN hashtags",
    ] {
        change(&file, back);
    }
    assert_eq!(change(&file, "DELETE FROM radard_schema WHERE version >= 15"), 2);
    let plays = "UPDATE post SET plays = CASE id WHEN '71' THEN 5 ELSE 0 END, duration = CASE id WHEN '71' THEN 0 END";
    assert_eq!(change(&file, plays), 3000);
    assert_eq!(change(&file, "UPDATE post_count SET plays = 0"), 2);
    let (code, _, err) = run(&dir, &["migrate"], None);
    assert_eq!(code, 0, "{err}");
    let counted = |name: &str| lines(&dir, &["posts"]).iter().filter_map(|row| row[name].as_i64()).collect::<Vec<_>>();
    assert_eq!((counted("plays"), counted("duration_ms")), (vec![5], vec![]));
    assert!(lines(&dir, &["snapshots"]).iter().all(|row| row["plays"].is_null()));
}

#[test]
fn a_file_is_there_whole_or_as_it_was() {
    let dir = filled("export-faults");
    let file = dir.path().join("posts.csv");
    std::fs::write(&file, "mine").unwrap();
    // The folder of the file is none, the file is a folder, the disk is full.
    let inside = file.join("posts.csv");
    let (code, _, err) = run(&dir, &["export", "posts", "-o", inside.to_str().unwrap()], None);
    assert!(code == 1 && err.contains("cannot write the output"), "{code} {err}");
    let folder = dir.path().join("folder.jsonl");
    std::fs::create_dir(&folder).unwrap();
    let (code, _, err) = run(&dir, &["export", "posts", "-o", folder.to_str().unwrap()], None);
    assert!(
        code == 1 && err.contains("cannot write the output") && !folder.with_extension("jsonl.part").exists(),
        "{err}"
    );
    let mut full = Command::new(RADARD);
    full.args(["export", "posts"]).current_dir(dir.path()).stdout(std::fs::File::create("/dev/full").unwrap());
    let ended = full.output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.code() == Some(1) && said.contains("No space left on device"), "{said}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    // Whoever reads has enough after a line.
    let mut piped = Command::new(RADARD);
    piped.args(["export", "posts"]).current_dir(dir.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(0), ""));
    // What is killed leaves what it is called for, and the next takes its place.
    for _ in 0..size(10, 100) {
        let mut killed = Command::new(RADARD);
        killed.args(["export", "posts", "-o", file.to_str().unwrap()]).current_dir(dir.path());
        let mut child = killed.stdout(Stdio::null()).spawn().unwrap();
        while !file.with_extension("csv.part").exists() && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        let _gone = child.kill();
        child.wait().unwrap();
        let stands = std::fs::read_to_string(&file).unwrap();
        assert!(stands == "mine" || stands.lines().count() == 3001, "half of a file");
    }
    assert_eq!(run(&dir, &["export", "posts", "-o", file.to_str().unwrap()], None).0, 0);
    let names: Vec<_> = std::fs::read_dir(dir.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().ends_with(".part")), "{names:?}");
    let known = texts(&dir.database(), "SELECT CAST(COUNT(*) AS TEXT) FROM post");
    assert_eq!(
        std::fs::read_to_string(&file).unwrap().lines().count().to_string(),
        (known[0].parse::<u64>().unwrap() + 1).to_string()
    );
}
