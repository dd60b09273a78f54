"""f2 on the simulated Douyin: what it lists beside what we list, and how much processor time that takes it.

`f2_lives.py --agree RADARD` starts the platforms, lets both list the same things, and compares field by field.
`f2_lives.py --speed CONTROL CREATOR` lists a creator's posts at platforms that run, and prints the seconds it took.
"""

import asyncio
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
import types
import urllib.request

# Fields that this f2 does not read; later ones do.
LATER = {"caption", "caption_raw"}
# What f2 makes of a time that is not there; we say that there is none.
NO_TIME = "Invalid timestamp"
# What f2 reads otherwise than it means to, by work and field: one of us has nothing there.
MISREAD = {
    ("the same by its id", "finish_time"): "it takes a time of 0, which is none, for now",
    ("followers", "can_share"): "its path is misspelt",
    ("followers", "secondary_text"): "its path is that of the followed",
    ("works of friends", "toast"): "it takes the nth character of a text that stands once for the whole page",
    ("works of friends", "images_video"): "it takes the nth of a list that leaves out works without pictures",
}
# Where f2 stops before the list ends, and why.
STOPS = {
    "related works": "it forgets what it has seen two pages ago, so the list never ends: two pages were asked for",
    "works of friends": "it looks whether there is more before it takes the page, so the last page is lost",
}


def state(control):
    with urllib.request.urlopen(f"{control}/state") as answer:
        return json.load(answer)


def f2_at(told):
    """f2's handler, brought to ask the simulated site. It asks for a token while it is imported, and pauses between
    two pages for as long as a request may take; here it gets the one and is spared the other."""
    logging.disable(logging.CRITICAL)
    # It writes a log beside whoever imports it.
    os.chdir(tempfile.mkdtemp(prefix="f2-"))
    base = told["platforms"]["douyin"]
    from f2.apps.douyin.utils import TokenManager

    TokenManager.token_conf = {**TokenManager.token_conf, "url": f"{base}/mssdk/web/report"}
    from f2.apps.douyin import handler
    from f2.apps.douyin.api import DouyinAPIEndpoints as table
    from f2.apps.douyin.utils import ClientConfManager

    for name, url in vars(table).items():
        if isinstance(url, str) and url.startswith("https://"):
            setattr(table, name, base + "/" + url.split("/", 3)[3] if url.count("/") > 2 else base)

    async def at_once(_):
        pass

    handler.asyncio = types.SimpleNamespace(**{**vars(asyncio), "sleep": at_once})
    handler.rich_console.quiet = True
    options = {"headers": ClientConfManager.headers(), "cookie": told["login"], "timeout": 10, "max_retries": 2}
    one = handler.DouyinHandler(options)
    one.enable_bark = False
    return one


async def pages(stream):
    """Every record of every page, each once."""
    seen, rows = set(), []
    async for page in stream:
        for row in page._to_list():
            key = row.get("aweme_id") or row.get("music_id") or row.get("sec_uid")
            if key not in seen:
                seen.add(key)
                rows.append(row)
    return rows


async def folders(stream):
    """Folders come as one object with a list for each field of a folder."""
    rows = []
    async for page in stream:
        told = page._to_dict().items()
        for at in range(len(page.collects_id)):
            rows.append({name: value[at] if isinstance(value, list) else value for name, value in told})
    return rows


async def one(answer):
    return [(await answer)._to_dict()]


async def listed(answer):
    return (await answer)._to_list()


def works(f2, creators):
    """What both do: a name, how f2 is asked, how we are."""
    many, other, owner = creators[6], creators[9], creators[7]
    folder, mix = "7300000000000000101", "7200000000000000006"
    post = OURS.fetch(["--max", "1", other])[0]["aweme_id"]
    room = OURS.fetch(["https://live.douyin.com/100000000000"])[0]["room_id"]
    return [
        ("a creator", one(f2.fetch_user_profile(many)), ["--mode", "profile", many]),
        ("posts", pages(f2.fetch_user_post_videos(many)), [many]),
        ("a work", one(f2.fetch_one_video(post)), ["--mode", "one", post]),
        ("a mix", pages(f2.fetch_user_mix_videos(mix)), ["--mode", "mix", mix]),
        ("likes", pages(f2.fetch_user_like_videos(owner)), ["--mode", "like", owner]),
        ("collected works", pages(f2.fetch_user_collection_videos()), ["--mode", "collection"]),
        ("folders", folders(f2.fetch_user_collects()), ["--mode", "collects"]),
        ("a folder", pages(f2.fetch_user_collects_videos(folder)), ["--mode", "folder", "--folder", folder]),
        ("collected music", pages(f2.fetch_user_music_collection()), ["--mode", "music"]),
        ("related works", pages(f2.fetch_related_videos(post, f"{post},", max_counts=40)), ["--mode", "related", post]),
        ("works of friends", pages(f2.fetch_friend_feed_videos()), ["--mode", "friend"]),
        ("followed", pages(f2.fetch_user_following(sec_user_id=other)), ["--mode", "following", other]),
        ("followers", pages(f2.fetch_user_follower(sec_user_id=other)), ["--mode", "follower", other]),
        ("a live room", one(f2.fetch_user_live_videos("100000000000")), ["https://live.douyin.com/100000000000"]),
        ("the same by its id", one(f2.fetch_user_live_videos_by_room_id(room)), [REFLOW + room]),
        ("rooms of followed", listed(f2.fetch_user_following_lives()), ["--mode", "following-lives"]),
    ]


class Ours:
    """The program in a folder of its own. Each work is done for a profile of its own, so that no limit is met."""

    def __init__(self, radard, folder, told, config):
        self.radard, self.folder, self.count = radard, folder, 0
        names = [f"p{at}" for at in range(40)]
        cookies = os.path.join(folder, "cookies")
        with open(os.open(cookies, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.writelines(f"{name} {told['login']}\n" for name in names)
        os.mkdir(os.path.join(folder, "config"))
        with open(os.path.join(folder, "config", "radard.toml"), "w") as file:
            file.write(f'{config}\n[pace]\ntolerance = "eager"\n\n[secrets]\ndouyin-cookies = "{cookies}"\n')
            file.writelines(f'\n[profile.{name}]\nplatform = "douyin"\n' for name in names)

    def fetch(self, arguments):
        self.count += 1
        line = [self.radard, "fetch", "--json", "--no-media", "--profile", f"p{self.count}", *arguments]
        said = subprocess.run(line, cwd=self.folder, capture_output=True, text=True)
        if said.returncode != 0:
            raise SystemExit(f"{' '.join(arguments)}: {said.stderr}")
        rows = [json.loads(row) for row in said.stdout.splitlines()]
        return [row for row in rows if "event" not in row]


OURS = None
REFLOW = "https://webcast.amemv.com/douyin/webcast/reflow/"


def differences(name, theirs, ours, met):
    """Where the two differ, each as a line; what is known of f2 is counted in `met` instead."""
    if len(theirs) < len(ours) and theirs and name in STOPS:
        met["stops"] = STOPS[name]
        ours = ours[: len(theirs)]
    if len(theirs) != len(ours):
        yield f"{len(theirs)} records of theirs, {len(ours)} of ours"
    for at, (their, our) in enumerate(zip(theirs, ours)):
        for field in sorted(their.keys() | our.keys()):
            their_value, our_value = their.get(field, "(no such field)"), our.get(field, "(no such field)")
            if their_value == our_value:
                met["equal"] += 1
            elif field in LATER and field not in their:
                met["not_read"] += 1
            elif their_value == NO_TIME and our_value is None:
                met["time_that_is_none"] += 1
            elif (name, field) in MISREAD and None in (their_value, our_value):
                met["misread"][field] = MISREAD[name, field]
            else:
                yield f"record {at}, {field}: theirs {their_value!r:.120}, ours {our_value!r:.120}"


def sees(name, theirs, ours):
    """Whether a field that both have would be told apart, were it changed on our side."""
    field = next(field for field, value in ours[0].items() if theirs[0].get(field) == value)
    changed = [{**ours[0], field: "something else"}, *ours[1:]]
    met = {"equal": 0, "not_read": 0, "time_that_is_none": 0, "misread": {}}
    return any(f", {field}: " in line for line in differences(name, theirs, changed, met))


def agree(radard):
    global OURS
    sim = subprocess.Popen([radard, "--json", "sim"], stdout=subprocess.PIPE, text=True)
    try:
        facts = json.loads(sim.stdout.readline())
        told = state(facts["control"])
        with tempfile.TemporaryDirectory() as folder:
            OURS = Ours(radard, folder, told, facts["config"])
            f2, apart = f2_at(told), 0
            for name, theirs, arguments in works(f2, told["creators"]):
                theirs, ours = asyncio.run(theirs), OURS.fetch(arguments)
                met = {"equal": 0, "not_read": 0, "time_that_is_none": 0, "misread": {}}
                lines = list(differences(name, theirs, ours, met))
                if not sees(name, theirs, ours):
                    raise SystemExit(f"{name}: the comparison does not see a field that was changed")
                apart += len(lines)
                for line in lines[:12]:
                    print(f"{name}: {line}", file=sys.stderr)
                records = {"theirs": len(theirs), "ours": len(ours)}
                print(json.dumps({"peer": "f2", "work": name, "records": records, "fields": met, "apart": len(lines)}))
        return 1 if apart else 0
    finally:
        sim.kill()
        sim.wait()


def speed(control, creator):
    f2 = f2_at(state(control))
    began = time.process_time()
    records = asyncio.run(pages(f2.fetch_user_post_videos(creator)))
    took = time.process_time() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"records": len(records), "cpu_s": took, "memory_mib": memory}))


if __name__ == "__main__":
    if sys.argv[1] == "--speed":
        speed(*sys.argv[2:4])
    else:
        sys.exit(agree(sys.argv[2]))
