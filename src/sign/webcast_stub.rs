//! `X-MS-STUB`: what a page's own script signs for the danmaku socket.
//!
//! The signature itself is computed by the vendor's script, in the page of a browser or by a program of the operator's;
//! this much of it is ours to compute.

use md5::{Digest as _, Md5};

use super::hex::hex;
use super::scheme::{Scheme, Version};

/// The signer.
#[derive(Debug)]
pub struct WebcastStub;

/// Whose socket.
#[derive(Debug, Clone, Copy)]
pub struct WebcastStubInput<'a> {
    /// The 19 digits of one broadcast, not the number of the room.
    pub room_id: &'a str,
    /// The id of the guest who watches.
    pub user_unique_id: &'a str,
}

/// The stub and what it is the digest of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stub {
    /// The text.
    pub raw: String,
    /// Its digest, 32 lower-case digits.
    pub x_ms_stub: String,
}

impl Scheme for WebcastStub {
    type Input<'a> = WebcastStubInput<'a>;
    type Output = Stub;

    const VERSION: Version = Version::new("webcast_stub", 1);

    fn sign(input: &WebcastStubInput<'_>) -> Stub {
        let WebcastStubInput { room_id, user_unique_id } = input;
        let raw = format!(
            "live_id=1,aid=6383,version_code=180800,webcast_sdk_version=1.0.14-beta.0,room_id={room_id},sub_room_id=,\
             sub_channel_id=,did_rule=3,user_unique_id={user_unique_id},device_platform=web,device_type=,ac=,\
             identity=audience"
        );
        let x_ms_stub = hex(&Md5::digest(&raw));
        Stub { raw, x_ms_stub }
    }

    fn holds() -> bool {
        let input = WebcastStubInput { room_id: "8295880382748994264", user_unique_id: "4682773498739814" };
        Self::sign(&input).x_ms_stub == "0bc53f9e674a91180bbf37c45f09f5d4"
    }
}
