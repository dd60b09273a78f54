//! How what is taken of a target stands, in a word and in numbers.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::spec::Spec;
use super::subject::subject_of;
use super::times::NEVER;
use crate::platform::douyin::link::Kind;
use crate::store::crawl::targets::{self, Course, Target};
use crate::store::{Error, Tx};

/// How something that is taken stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It used to find something and finds nothing any more.
    Silent,
    /// Its last round met something.
    Missed,
    /// It has not ended a round yet.
    New,
    /// Its last round went well.
    Ok,
    /// A person holds it back.
    Paused,
}

impl State {
    /// Each of them.
    pub const ALL: [Self; 5] = [Self::New, Self::Ok, Self::Missed, Self::Silent, Self::Paused];

    /// How that of `course` is.
    pub fn of(course: &Course) -> Self {
        match course {
            Course { next_at, .. } if *next_at == NEVER.0 => Self::Paused,
            Course { silent_at: Some(_), .. } => Self::Silent,
            Course { class: None, .. } => Self::New,
            Course { class: Some(class), .. } if class == "ok" => Self::Ok,
            _ => Self::Missed,
        }
    }

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Missed => "missed",
            Self::New => "new",
            Self::Ok => "ok",
            Self::Paused => "paused",
        }
    }
}

/// A target that stands in the queue file, and what is taken of it.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The target.
    pub target: Target,
    /// Whether a person, or the file, holds it back.
    pub is_paused: bool,
    /// What is taken of it.
    pub courses: Vec<Course>,
}

/// The page that a target is about, as far as it is known.
pub fn page_of(target: &Target) -> Option<(Kind, String)> {
    let spec = Spec::read(&target.said)?;
    subject_of(&target.name, spec.url(), target.subject.as_deref()).ok()?.page()
}

/// Every target by its name, or the one of this name.
pub async fn standing(tx: &mut Tx, name: Option<&str>) -> Result<Vec<Standing>, Error> {
    let mut courses: HashMap<String, Vec<Course>> = HashMap::new();
    for course in targets::courses(tx).await? {
        courses.entry(course.target.clone()).or_default().push(course);
    }
    let all = targets::targets(tx).await?.into_iter();
    let wanted = all.filter(|target| target.removed_at.is_none() && name.is_none_or(|name| name == target.name));
    let standing = wanted.map(|target| {
        let said = Spec::read(&target.said).is_some_and(|spec| spec.paused);
        let courses = courses.remove(&target.name).unwrap_or_default();
        Standing { is_paused: said || target.paused_at.is_some(), target, courses }
    });
    let mut standing: Vec<_> = standing.collect();
    standing.sort_by(|a, b| a.target.name.cmp(&b.target.name));
    Ok(standing)
}

impl Standing {
    /// As the API shows it.
    pub fn to_json(&self) -> Value {
        let said: Value = serde_json::from_str(&self.target.said).unwrap_or_default();
        let takes: Vec<Value> = self.courses.iter().map(show).collect();
        json!({
            "name": self.target.name, "is_paused": self.is_paused, "said": said, "subject": self.target.subject,
            "takes": takes,
        })
    }
}

fn show(course: &Course) -> Value {
    let next_at = Some(course.next_at).filter(|at| *at != NEVER.0);
    json!({
        "take": course.take, "state": State::of(course).as_str(), "profile": course.profile, "next_at": next_at,
        "ended_at": course.ended_at, "class": course.class, "said": course.said, "found": course.found,
        "fresh": course.fresh, "rounds": course.rounds, "yielded_at": course.yielded_at, "silent_at": course.silent_at,
        "full_at": course.full_at, "job": course.job, "doubted_at": course.doubted_at,
    })
}
