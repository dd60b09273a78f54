//! A name server that lies: each name has answers that take turns, and nobody may remember one.

use std::collections::HashMap;
use std::net::{IpAddr, UdpSocket};
use std::sync::{Arc, Mutex};

/// Names, and the lists of addresses that are given out for each, one list after the other.
pub(crate) type Zone = Vec<(&'static str, Vec<Vec<&'static str>>)>;

/// Answers on `at` until the process ends.
pub(crate) fn serve(at: &str, zone: Zone) {
    let socket = UdpSocket::bind(at).unwrap();
    let turns = Arc::<Mutex<HashMap<String, usize>>>::default();
    std::thread::spawn(move || {
        let mut packet = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut packet) {
            if let Some(reply) = reply(&packet[..length], &zone, &turns) {
                let _gone = socket.send_to(&reply, from);
            }
        }
    });
}

fn reply(query: &[u8], zone: &Zone, turns: &Mutex<HashMap<String, usize>>) -> Option<Vec<u8>> {
    let (mut labels, mut at) = (Vec::new(), 12);
    while let length @ 1.. = usize::from(*query.get(at)?) {
        labels.push(String::from_utf8_lossy(query.get(at + 1..=at + length)?).to_lowercase());
        at += length + 1;
    }
    let question = query.get(12..at + 5)?;
    let wants_v6 = question[question.len() - 3] == 28;
    let name = labels.join(".");
    let lists = zone.iter().find(|(known, _)| *known == name).map(|(_, lists)| lists);
    let turn = {
        let mut turns = turns.lock().unwrap();
        // Both families are asked for at once; each has its own turn.
        let turn = turns.entry(format!("{name} {wants_v6}")).or_default();
        *turn += 1;
        *turn - 1
    };
    let answers: Vec<IpAddr> = lists
        .map(|lists| lists[turn % lists.len()].iter().map(|text| text.parse().unwrap()).collect())
        .unwrap_or_default();
    let answers: Vec<_> = answers.into_iter().filter(|address: &IpAddr| address.is_ipv6() == wants_v6).collect();
    let code = if lists.is_some() { 0x80 } else { 0x83 };
    let mut reply = query.get(..2)?.to_vec();
    reply.extend([0x85, code, 0, 1, 0, u8::try_from(answers.len()).unwrap(), 0, 0, 0, 0]);
    reply.extend(question);
    for address in answers {
        let bytes = match address {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => v6.octets().to_vec(),
        };
        reply.extend([0xc0, 12, 0, if wants_v6 { 28 } else { 1 }, 0, 1, 0, 0, 0, 0, 0]);
        reply.push(u8::try_from(bytes.len()).unwrap());
        reply.extend(bytes);
    }
    Some(reply)
}
