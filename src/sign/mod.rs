//! Signers that only compute: what a request must carry beside its parameters, from what is known and nothing else.
//!
//! Time and chance are arguments, so that each signer gives the same for the same, and vectors can pin it. A signer
//! takes whatever bytes it is given and never fails: what a platform would refuse, the builder of requests refuses.
//!
//! Platforms change their recipes. Each signer is a [`Scheme`] with a name and a number, and carries one documented
//! example; a new recipe is a new number beside the old one, never an edit.
//!
//! - `abogus`, `xbogus` sign Douyin's queries, over `alphabet` (base64 in four spellings) and `rc4`;
//!   `abogus_fields` reads what a page signed, to compare.
//! - `fingerprint`, `ms_token`, `verify_fp` are what a browser would have brought along.
//! - `webcast_stub` is the part of the danmaku socket's signature that is ours to compute.
//! - `user_sign` signs for TikTok Creative Radar, `shop` for TikTok Shop.

mod abogus;
mod abogus_fields;
mod alphabet;
mod fingerprint;
mod hex;
mod list;
mod ms_token;
mod rc4;
mod scheme;
mod shop;
mod user_sign;
mod verify_fp;
mod webcast_stub;
mod xbogus;

pub use abogus::{Abogus, AbogusAgent, AbogusFields, AbogusInput, AbogusNumbers};
pub use abogus_fields::Unreadable;
pub use fingerprint::{Fingerprint, FingerprintInput};
pub use list::SCHEMES;
pub use ms_token::{MsToken, MsTokenInput};
pub use scheme::{Scheme, Version};
pub use shop::{Shop, ShopInput, ShopSignature};
pub use user_sign::{UserSign, UserSignInput};
pub use verify_fp::{VerifyFp, VerifyFpInput};
pub use webcast_stub::{Stub, WebcastStub, WebcastStubInput};
pub use xbogus::{Xbogus, XbogusAgent, XbogusInput};
