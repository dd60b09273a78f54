//! What is known about one key, and the macro that writes a section from its keys.
//!
//! A section is written once: sentence, name, reload mark, kind, default and field stand together, and from them come
//! the struct other rooms see, the list of keys, the way from values to the struct, and the way a reload goes. So the
//! sentence in the reference and the doc comment of the field cannot differ.

use super::kind::Kind;

/// Whether a changed value is taken over while running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reload {
    /// Taken over by a reload.
    Live,
    /// Waits for the next start.
    Restart,
}

/// One key of the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The dotted name.
    pub name: &'static str,
    /// What it may hold.
    pub kind: Kind,
    /// The default, as text that its kind reads.
    pub default: &'static str,
    /// One sentence for people.
    pub doc: &'static str,
    /// Whether a reload takes it over.
    pub reload: Reload,
}

/// Collects the keys that a reload could not take over.
#[derive(Debug, Default)]
pub(super) struct Waiting(pub(super) Vec<&'static str>);

impl Waiting {
    /// The new value of a live key; the old value of any other, which is noted when the two differ.
    pub(super) fn choose<T: PartialEq + Clone>(&mut self, key: &'static str, reload: Reload, old: &T, new: T) -> T {
        if reload == Reload::Live || *old == new {
            return new;
        }
        self.0.push(key);
        old.clone()
    }
}

/// Writes a section: the struct, its `KEYS`, `build` and `reload`.
macro_rules! section {
    ($(#[doc = $about:literal])+ $name:ident {
        $($(#[doc = $doc:literal])+ $key:literal $reload:ident $kind:expr, $default:literal => $field:ident: $ty:ty;)+
    }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name { $($(#[doc = $doc])+ pub $field: $ty,)+ }

        impl $name {
            pub(super) const KEYS: &'static [Key] = &[$(Key {
                name: $key,
                kind: $kind,
                default: $default,
                doc: concat!($($doc),+).trim_ascii(),
                reload: Reload::$reload,
            }),+];

            pub(super) fn build(values: &Values) -> Result<Self, &'static str> {
                Ok(Self { $($field: values.typed($key)?),+ })
            }

            pub(super) fn reload(&self, new: Self, waiting: &mut Waiting) -> Self {
                Self { $($field: waiting.choose($key, Reload::$reload, &self.$field, new.$field)),+ }
            }
        }
    };
}
pub(super) use section;
