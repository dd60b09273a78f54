//! The forms of texts: addresses, hosts, base URLs, paths, modes, names, cron lines, zones.
//!
//! Each is a [`Form`] that [`super::sections`] names in its keys. What the operating system alone can tell (whether a
//! folder exists, whether a group is known) is not asked here; the room that uses the value asks.

use super::cron::{parse_cron, parse_zone};
use super::kind::Form;
use super::size::LowWater;
use super::url::{check_base, check_database, check_proxy, check_socket, holds_password, is_host, is_port};
use super::value::Value;
use super::window::{parse_time, parse_window};
use crate::domain::Secret;
use crate::domain::identity::check_agent;
use crate::domain::interval::Interval;

/// An address and a port to listen on.
pub(super) const ADDRESS: Form = Form {
    wanted: "an address and a port in quotes, such as \"127.0.0.1:7878\"",
    open: true,
    read: |text| text.parse().map(Value::Address).map_err(|_| "it is no numeric address with a port".to_owned()),
};

/// A host name without a port.
pub(super) const HOST: Form = Form {
    wanted: "a host name without a port, such as \"radard.example.org\"",
    open: true,
    read: |text| {
        if is_host(text) { Ok(Value::Text(text.to_ascii_lowercase())) } else { Err("it is no host name".to_owned()) }
    },
};

/// A host name, or the star that means every host.
pub(super) const HOST_OR_ALL: Form = Form {
    wanted: "a host name without a port, or \"*\"",
    open: true,
    read: |text| if text == "*" { Ok(Value::Text(text.to_owned())) } else { (HOST.read)(text) },
};

/// Where a proxy is, if there is one. A refusal never repeats it: a login may stand in it.
pub(super) const PROXY: Form = Form {
    wanted: "http://HOST:PORT or socks5://HOST:PORT, or \"\" for none; a login goes into the credential proxy-logins",
    open: false,
    read: |text| match text {
        "" => Ok(Value::Text(String::new())),
        url => check_proxy(url).map(|()| Value::Text(url.to_owned())),
    },
};

/// One host and one port.
pub(super) const HOST_AND_PORT: Form = Form {
    wanted: "one host and one port, such as \"10.0.0.5:4444\"",
    open: true,
    read: |text| {
        if text.contains('*') {
            return Err("a wildcard would open more than is meant".to_owned());
        }
        match text.rsplit_once(':') {
            Some((host, port)) if is_host(host) && is_port(port) => Ok(Value::Text(text.to_ascii_lowercase())),
            _ => Err("it is not one host and one port".to_owned()),
        }
    },
};

/// The base of an upstream's URLs.
pub(super) const BASE_URL: Form = Form {
    wanted: "a URL with scheme and host, such as \"https://www.example.org\"",
    open: true,
    read: |text| check_base(text).map(|()| Value::Text(text.trim_end_matches('/').to_owned())),
};

/// Where a driver of a browser runs already, if anywhere. It knows no encryption: it belongs on this machine or in a
/// network of its own.
pub(super) const DRIVER_OR_NONE: Form = Form {
    wanted: "http://HOST:PORT of a WebDriver such as \"http://127.0.0.1:9515\", or \"\" for one of our own",
    open: true,
    read: |text| match text {
        "" => Ok(Value::Text(String::new())),
        url if !url.starts_with("http://") => Err("only http:// is spoken with a driver".to_owned()),
        url => check_base(url).map(|()| Value::Text(url.trim_end_matches('/').to_owned())),
    },
};

/// The base of what sockets are opened at.
pub(super) const SOCKET_URL: Form = Form {
    wanted: "a URL with scheme and host, such as \"wss://socket.example.org\"",
    open: true,
    read: |text| check_socket(text).map(|()| Value::Text(text.trim_end_matches('/').to_owned())),
};

/// A word of a command line. A refusal never repeats it: a secret may have been written there.
pub(super) const WORD: Form = Form {
    wanted: "the program's absolute path, then its arguments one by one",
    open: false,
    read: |text| match text {
        "" => Err("it is empty".to_owned()),
        word if word.len() > 4096 || word.contains(char::is_control) => {
            Err("it is too long or holds a control character".to_owned())
        }
        word => Ok(Value::Text(word.to_owned())),
    },
};

/// What a browser sends as its user agent, or nothing.
pub(super) const AGENT_OR_NONE: Form = Form {
    wanted: "the whole user agent of the browser that the profile was made with, or \"\" for a guest's",
    open: true,
    read: |text| match text {
        "" => Ok(Value::Text(String::new())),
        agent => check_agent(agent).map(|()| Value::Text(agent.to_owned())).map_err(|why| why.to_string()),
    },
};

/// A language as browsers write it, or nothing.
pub(super) const LOCALE_OR_NONE: Form = Form {
    wanted: "a language such as \"zh-CN\", or \"\" for a guest's",
    open: true,
    read: |text| {
        let part = |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
        if text.is_empty() || (text.len() <= 35 && text.split('-').all(part)) {
            Ok(Value::Text(text.to_owned()))
        } else {
            Err("it is no language".to_owned())
        }
    },
};

/// A time zone, or nothing.
pub(super) const ZONE_OR_NONE: Form = Form {
    wanted: "a time zone's name such as \"Asia/Shanghai\", or \"\" for a guest's",
    open: true,
    read: |text| if text.is_empty() { Ok(Value::Text(String::new())) } else { (ZONE.read)(text) },
};

/// Where the database is.
pub(super) const DATABASE: Form = Form {
    wanted: "postgres://USER@HOST/DATABASE, or \"\" for SQLite; a password goes into the credential store-url",
    open: false,
    read: |text| match text {
        "" => Ok(Value::Database(None)),
        url if holds_password(url) => Err("a password stands in it, where many can read it".to_owned()),
        url => check_database(url).map(|()| Value::Database(Some(Secret::new(url.to_owned())))),
    },
};

/// A path, or nothing.
pub(super) const PATH: Form = Form {
    wanted: "a path in quotes",
    open: true,
    read: |text| {
        if text.contains(char::is_control) {
            Err("it holds a control character".to_owned())
        } else {
            Ok(Value::Text(text.to_owned()))
        }
    },
};

/// A short name, or nothing.
pub(super) const NAME_OR_NONE: Form = Form {
    wanted: "a name of at most 64 letters, digits, `-`, `_` and `.`",
    open: true,
    read: |text| if text.is_empty() { Ok(Value::Text(String::new())) } else { read_name(text) },
};

/// A short name.
pub(super) const NAME: Form =
    Form { wanted: "a name of 1 to 64 letters, digits, `-`, `_` and `.`", open: true, read: read_name };

/// One line of text, or nothing.
pub(super) const LINE: Form = Form {
    wanted: "one line of text",
    open: true,
    read: |text| {
        if text.len() > 4096 || text.contains(char::is_control) {
            return Err("it is too long or holds a control character".to_owned());
        }
        Ok(Value::Text(text.trim().to_owned()))
    },
};

/// A time of day.
pub(super) const TIME: Form = Form {
    wanted: "a time such as \"09:00\"",
    open: true,
    read: |text| match parse_time(text) {
        Some(_) => Ok(Value::Text(text.to_owned())),
        None => Err("it is no time of day".to_owned()),
    },
};

/// A span of days.
pub(super) const INTERVAL: Form = Form {
    wanted: "two days such as \"2026-01-01|2026-12-31\", or \"all\"",
    open: true,
    read: |text| Interval::parse(text).map(|_| Value::Text(text.to_owned())).map_err(|why| why.to_string()),
};

/// Permission bits of a folder.
pub(super) const MODE: Form = Form {
    wanted: "a mode in quotes in which the owner may do all, such as \"0750\"",
    open: true,
    read: |text| {
        let octal = matches!(text.len(), 3 | 4) && text.bytes().all(|digit| (b'0'..=b'7').contains(&digit));
        let bits = u32::from_str_radix(text, 8).ok().filter(|_| octal).ok_or("it is not three or four octal digits")?;
        match bits & 0o700 {
            0o700 => Ok(Value::Mode(bits)),
            _ => Err("radard itself could not use the folder".to_owned()),
        }
    },
};

/// A low water mark.
pub(super) const LOW_WATER: Form = Form {
    wanted: "\"1GiB\", \"5%\", or both as \"1GiB,5%\" for the larger of the two",
    open: true,
    read: |text| LowWater::parse(text).map(Value::LowWater),
};

/// A cron line.
pub(super) const CRON: Form = Form {
    wanted: "a cron line of five fields (minute hour day month weekday), such as \"0 4 * * *\"",
    open: true,
    read: |text| parse_cron(text).map(|_| Value::Text(text.to_owned())).map_err(|why| why.to_string()),
};

/// A time zone.
pub(super) const ZONE: Form = Form {
    wanted: "a time zone's name, such as \"Asia/Shanghai\" (the package tzdata holds the list)",
    open: true,
    read: |text| {
        let zone = parse_zone(text).ok_or("this machine knows no such time zone")?;
        Ok(Value::Text(zone.iana_name().unwrap_or(text).to_owned()))
    },
};

/// Hours of a day.
pub(super) const WINDOW: Form = Form {
    wanted: "hours such as \"23:00-07:00\"",
    open: true,
    read: |text| match parse_window(text) {
        Some((from, to)) if from == to => Err("it begins and ends at the same time".to_owned()),
        Some(_) => Ok(Value::Text(text.to_owned())),
        None => Err("it is not two times of day".to_owned()),
    },
};

/// Whether `name` has only dots, or nothing: it cannot name a folder or stand in an address.
pub fn is_only_dots(name: &str) -> bool {
    name.chars().all(|c| c == '.')
}

fn read_name(text: &str) -> Result<Value, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if !text.is_empty() && is_only_dots(text) {
        return Err("it has only dots, so it cannot name a folder or stand in an address".to_owned());
    }
    if (1..=64).contains(&text.len()) && text.chars().all(fits) {
        Ok(Value::Text(text.to_owned()))
    } else {
        Err("it is empty, too long or holds other characters".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(form: Form, texts: &[&str]) {
        for text in texts {
            assert!((form.read)(text).is_ok(), "{text}");
        }
    }

    fn refuses(form: Form, texts: &[&str]) {
        for text in texts {
            assert!((form.read)(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_can_stand_in_a_path() {
        takes(NAME, &["a", "chef-li", "v1.2", ".a", "a..b"]);
        refuses(NAME, &["", ".", "..", "...", "a/b", "a b", "厨师", &"a".repeat(65)]);
    }

    #[test]
    fn hosts_and_ports_are_exact() {
        takes(HOST, &["a", "radard.example.org", "10.0.0.5", "[::1]", "xn--fiqs8s"]);
        refuses(HOST, &["", "*", "*.example.org", "a:80", "http://a", "a b", "-a", "a..b", "[::1", "a/"]);
        takes(HOST_AND_PORT, &["localhost:4444", "10.0.0.5:1", "[::1]:65535"]);
        refuses(
            HOST_AND_PORT,
            &["10.0.0.5", "10.0.0.*:80", "a:0", "a:65536", "a:+1", ":80", "::1:80", "10.0.0.0/8:80"],
        );
        takes(PROXY, &["", "http://proxy.example:3128", "socks5://[::1]:1080"]);
        refuses(PROXY, &["proxy:1", "https://a:1", "http://a", "http://u:p@a:1", "http://a:1/", "socks5://a:0"]);
        takes(HOST_OR_ALL, &["*", "a.example"]);
        refuses(HOST_OR_ALL, &["", "*.example", "a:1"]);
        takes(ADDRESS, &["127.0.0.1:0", "[::]:7878"]);
        refuses(ADDRESS, &["localhost:7878", "127.0.0.1", ""]);
    }

    #[test]
    fn a_base_url_is_scheme_host_and_perhaps_a_path() {
        takes(BASE_URL, &["https://ads.tiktok.com", "http://127.0.0.1:4000/douyin", "http://[::1]:80/"]);
        refuses(BASE_URL, &["", "ftp://a", "https://", "https://a?b", "https://a/b?c", "https://u:p@a", "https://a b"]);
        takes(SOCKET_URL, &["wss://socket.example", "ws://127.0.0.1:4000/a"]);
        refuses(SOCKET_URL, &["", "https://a", "wss://", "ws://a?b", "wss://u:p@a"]);
        assert_eq!((BASE_URL.read)("https://a.example/"), Ok(Value::Text("https://a.example".to_owned())));
    }

    #[test]
    fn a_database_url_may_not_carry_a_password() {
        takes(DATABASE, &["", "postgres:///radard?host=/run/postgresql", "postgresql://radard@db.example:5432/radard"]);
        refuses(DATABASE, &["sqlite://x", "postgres://u:p@h/d", "postgres:///d?password=x", "postgres://h:x/d", "x y"]);
        assert!(holds_password("postgres://u:p@h/d") && !holds_password("postgres://u@h:5432/d"));
    }

    #[test]
    fn modes_names_and_paths_are_plain() {
        takes(MODE, &["0750", "750", "2770"]);
        refuses(MODE, &["", "0650", "0789", "07500", "+750", "rwx"]);
        takes(NAME_OR_NONE, &["", "node-1"]);
        takes(NAME, &["node-1", "a_b.c"]);
        refuses(NAME, &["", "a b", "a/b", "ä", "x".repeat(65).as_str()]);
        takes(WINDOW, &["23:00-07:00", "00:00-23:59"]);
        refuses(WINDOW, &["", "23:00", "23:00-", "24:00-07:00", "23:00-23:00", "9:00-10:00", "23:60-07:00", "a-b"]);
        takes(LOCALE_OR_NONE, &["", "zh-CN", "en", "zh-Hans-CN"]);
        refuses(LOCALE_OR_NONE, &["zh_CN", "-", "中文", "en-"]);
        takes(WORD, &["/usr/bin/sign", "--flag"]);
        refuses(WORD, &["", "a\nb"]);
        takes(AGENT_OR_NONE, &["", crate::domain::identity::GUEST_AGENT]);
        refuses(AGENT_OR_NONE, &["curl/8.0", "Mozilla/5.0 (X11; Linux x86_64) nothing/1"]);
        takes(PATH, &["", "/srv/media", "media"]);
        refuses(PATH, &["a\0b", "a\nb"]);
    }
}
