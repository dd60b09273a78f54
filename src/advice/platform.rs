//! What to do about links that name nothing.

use std::fmt::Display;

use super::sentence::sentences;

sentences! {
    copy_link() { en: "copy the link again, from the page itself or by the share button" }
    host() { en: "give a link to douyin.com, iesdouyin.com or webcast.amemv.com" }
    link() { en: "give a link that begins with https://, or a message that holds one" }
    link_of(kind: impl Display) { en: "give a link to a {kind}, or leave --want out to take whatever it names" }
    open_link() { en: "open the link in a browser, and give the address that it ends at" }
    open_room() { en: "open the room in a browser and copy its address: the number there stays; --want room takes the broadcast of a shared link" }
    redirect() { en: "ask where it leads first" }
    unread() { en: "try again, and send us what the log says if it stays" }
}
