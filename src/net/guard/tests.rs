//! Addresses in every spelling that has fooled such a guard, and the ones that must pass.

use super::*;

fn way(url: &str, listed: &[&str]) -> Result<Way, Forbidden> {
    let listed: Vec<_> = listed.iter().map(|pair| (*pair).to_owned()).collect();
    Guard::new(&listed).way(&Url::parse(url).unwrap())
}

#[test]
fn nothing_inside_is_reached_however_it_is_spelled() {
    let hosts = [
        // This machine, as people and attackers write it.
        "127.0.0.1",
        "127.1",
        "127.0.0.1.",
        "0177.0.0.1",
        "0x7f.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "127.255.255.254",
        "①②⑦.⓪.⓪.①",
        "%31%32%37.0.0.1",
        "0",
        "0.0.0.0",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[::ffff:0:127.0.0.1]",
        // Private networks, the carrier's, the link.
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "100.127.255.255",
        "0xa.0.0.1",
        "[fc00::1]",
        "[fd12:3456::1]",
        "[fe80::1]",
        "[febf::1]",
        "[fec0::1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:192.168.0.1]",
        // Metadata services.
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "[::ffff:a9fe:a9fe]",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "[fd00:ec2::254]",
        "[fd20:ce::254]",
        // v4 inside v6: NAT64, 6to4, Teredo's server and its hidden client (127.0.0.1 turned over).
        "[64:ff9b::7f00:1]",
        "[64:ff9b::169.254.169.254]",
        "[64:ff9b:1::1]",
        "[2002:7f00:1::]",
        "[2002:a00:1::1]",
        "[2001:0:7f00:1::]",
        "[2001:0:808:808::80ff:fffe]",
        // Multicast, documents, benchmarks, reserved.
        "224.0.0.1",
        "239.255.255.255",
        "[ff02::1]",
        "192.0.2.1",
        "198.51.100.7",
        "203.0.113.9",
        "198.18.0.1",
        "198.19.255.255",
        "192.0.0.1",
        "192.88.99.1",
        "240.0.0.1",
        "255.255.255.255",
        "[2001:db8::1]",
        "[3fff::1]",
        "[100::1]",
        "[2001:10::1]",
        "[2001:2f::1]",
        "[5f00::1]",
    ];
    for host in hosts {
        let judged = way(&format!("http://{host}/"), &[]);
        assert!(matches!(judged, Err(Forbidden::Inside { .. })), "{host}: {judged:?}");
    }
}

#[test]
fn a_name_of_private_networks_is_refused_as_it_is_written() {
    for host in [
        "localhost",
        "LOCALHOST.",
        "a.localhost",
        "printer.local",
        "db.internal",
        "nas.home.arpa",
        "metadata",
        "fritz.lan",
    ] {
        let judged = way(&format!("http://{host}/"), &[]);
        assert!(matches!(judged, Err(Forbidden::Local(_))), "{host}: {judged:?}");
    }
    assert_eq!(way("http://db:5432/", &["db:5432"]), Ok(Way::Listed), "a listed one passes on its port");
}

#[test]
fn what_is_outside_passes() {
    let hosts = [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "168.63.129.15",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.1",
        "192.167.1.1",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "[2606:4700::1111]",
        "[::ffff:1.1.1.1]",
        "[64:ff9b::1.1.1.1]",
        "[2002:101:101::1]",
        "[2001:0:101:101::fefe:fefe]",
        "[2001:4860::8888]",
        "www.douyin.com",
        "localhost.example.com",
        "notlocal.example",
    ];
    for host in hosts {
        assert_eq!(way(&format!("https://{host}/"), &[]), Ok(Way::Judged), "{host}");
    }
}

#[test]
fn a_listed_pair_passes_on_its_port_alone() {
    let listed = ["127.0.0.1:8080", "[::1]:80", "Intranet.example:443"];
    for url in ["http://127.0.0.1:8080/a", "http://2130706433:8080/", "http://[::1]/", "https://intranet.EXAMPLE/"] {
        assert_eq!(way(url, &listed), Ok(Way::Listed), "{url}");
    }
    for url in ["http://127.0.0.1/", "http://127.0.0.1:8081/", "http://127.0.0.2:8080/", "http://[::1]:81/"] {
        assert!(matches!(way(url, &listed), Err(Forbidden::Inside { .. })), "{url}");
    }
    assert_eq!(way("http://intranet.example/", &listed), Ok(Way::Judged), "another port is looked up and judged");
}

#[test]
fn only_the_web_is_spoken() {
    for url in ["file:///etc/passwd", "ftp://example.com/", "gopher://example.com/", "data:,x", "unix:/run/x"] {
        assert!(matches!(way(url, &[]), Err(Forbidden::Scheme(_))), "{url}");
    }
}

#[test]
fn one_inside_address_condemns_the_whole_answer() {
    let at = |text: &str| SocketAddr::new(text.parse().unwrap(), 0);
    let (public, inside) = (at("1.1.1.1"), at("10.0.0.7"));
    assert_eq!(judge_all("a.example", &[public]), Ok(()));
    for found in [vec![public, inside], vec![inside, public], vec![inside]] {
        assert!(matches!(judge_all("a.example", &found), Err(Forbidden::Inside { .. })), "{found:?}");
    }
    assert_eq!(judge_all("a.example", &[]), Err(Forbidden::Unknown("a.example".into())));
}
