-- What is kept up to date, and what was found: each thing once, with what it was before and how its numbers went.

-- The targets of the queue file as they were taken over last; one that stands in it no more keeps what it has found.
CREATE TABLE target (
    name       TEXT   NOT NULL PRIMARY KEY,
    said       TEXT   NOT NULL,
    subject    TEXT,
    made_at    BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    removed_at BIGINT,
    paused_at  BIGINT
);

-- One thing that is taken of a target: when it is next, and how its last round ended.
CREATE TABLE course (
    target      TEXT   NOT NULL,
    take        TEXT   NOT NULL,
    profile     TEXT   NOT NULL,
    next_at     BIGINT NOT NULL,
    job         TEXT,
    rounds      BIGINT NOT NULL,
    ended_at    BIGINT,
    class       TEXT,
    said        TEXT,
    found       BIGINT NOT NULL,
    fresh       BIGINT NOT NULL,
    yielded_at  BIGINT,
    silent_at   BIGINT,
    full_at     BIGINT,
    whole_from  BIGINT,
    whole_to    BIGINT,
    PRIMARY KEY (target, take)
);
CREATE INDEX course_next ON course (next_at);

CREATE TABLE creator (
    id         TEXT   NOT NULL PRIMARY KEY,
    uid        TEXT   NOT NULL,
    handle     TEXT   NOT NULL,
    nickname   TEXT   NOT NULL,
    signature  TEXT,
    place      TEXT,
    room       TEXT,
    is_banned  BIGINT NOT NULL,
    posts      BIGINT,
    followers  BIGINT,
    following  BIGINT,
    likes      BIGINT,
    liked      BIGINT,
    first_at   BIGINT NOT NULL,
    last_at    BIGINT NOT NULL,
    profile_at BIGINT,
    gone_at    BIGINT,
    gone_class TEXT
);
-- What they were called, from when on.
CREATE TABLE creator_name (
    creator  TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    handle   TEXT   NOT NULL,
    nickname TEXT   NOT NULL,
    PRIMARY KEY (creator, at)
);
CREATE TABLE creator_count (
    creator   TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    posts     BIGINT,
    followers BIGINT,
    following BIGINT,
    likes     BIGINT,
    liked     BIGINT,
    PRIMARY KEY (creator, at)
);

CREATE TABLE post (
    id            TEXT   NOT NULL PRIMARY KEY,
    creator       TEXT   NOT NULL,
    kind          BIGINT NOT NULL,
    text          TEXT   NOT NULL,
    made_at       BIGINT,
    duration      BIGINT,
    music         TEXT,
    mix           TEXT,
    privacy       BIGINT NOT NULL,
    is_prohibited BIGINT NOT NULL,
    is_pinned     BIGINT NOT NULL,
    likes         BIGINT,
    comments      BIGINT,
    keeps         BIGINT,
    shares        BIGINT,
    plays         BIGINT,
    -- A digest of what is told with its history when it changes.
    seal          BIGINT NOT NULL,
    first_at      BIGINT NOT NULL,
    last_at       BIGINT NOT NULL,
    gone_at       BIGINT,
    gone_class    TEXT
);
CREATE INDEX post_of_creator ON post (creator, made_at);
CREATE TABLE post_count (
    post     TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    likes    BIGINT,
    comments BIGINT,
    keeps    BIGINT,
    shares   BIGINT,
    plays    BIGINT,
    PRIMARY KEY (post, at)
);
-- What a post was before it changed.
CREATE TABLE post_change (
    post TEXT   NOT NULL,
    at   BIGINT NOT NULL,
    what TEXT   NOT NULL,
    was  TEXT   NOT NULL,
    PRIMARY KEY (post, at, what)
);

-- What stands in which list of whom: followers, likes, a folder, a mix.
CREATE TABLE listed (
    list     TEXT   NOT NULL,
    owner    TEXT   NOT NULL,
    item     TEXT   NOT NULL,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    gone_at  BIGINT,
    PRIMARY KEY (list, owner, item)
);

CREATE TABLE comment (
    id       TEXT   NOT NULL PRIMARY KEY,
    post     TEXT   NOT NULL,
    parent   TEXT,
    creator  TEXT   NOT NULL,
    nickname TEXT   NOT NULL,
    text     TEXT   NOT NULL,
    made_at  BIGINT,
    likes    BIGINT,
    replies  BIGINT,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    gone_at  BIGINT
);
CREATE INDEX comment_of_post ON comment (post, parent);

CREATE TABLE folder (
    id       TEXT   NOT NULL PRIMARY KEY,
    name     TEXT   NOT NULL,
    total    BIGINT,
    made_at  BIGINT,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL
);
CREATE TABLE music (
    id       TEXT   NOT NULL PRIMARY KEY,
    title    TEXT   NOT NULL,
    author   TEXT   NOT NULL,
    duration BIGINT,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL
);
CREATE TABLE room (
    number   TEXT   NOT NULL PRIMARY KEY,
    show     TEXT   NOT NULL,
    owner    TEXT   NOT NULL,
    nickname TEXT   NOT NULL,
    title    TEXT   NOT NULL,
    status   BIGINT,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL
);
CREATE TABLE room_count (
    number   TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    show     TEXT   NOT NULL,
    status   BIGINT,
    viewers  TEXT,
    visitors TEXT,
    likes    BIGINT,
    PRIMARY KEY (number, at)
);
