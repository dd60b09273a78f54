"""Opens every sort of medium that the simulated Douyin links to with other people's decoders, picture by picture.

`media_opens.py RADARD` starts the platforms, lists a creator, follows the addresses, and looks at what is inside.
"""

import io
import json
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

import av
from PIL import Image

from f2_lives import Ours, state


def get(url):
    with urllib.request.urlopen(url) as answer:
        return answer.headers["content-type"], answer.read()


def picture(body, form):
    with Image.open(io.BytesIO(body)) as image:
        image.load()
        assert image.format == form, image.format
        return {"size": image.size, "colours": len(image.convert("RGB").getcolors(1 << 20))}


def frames(body, kind):
    """Decodes all of it; a decoder that finds a fault raises."""
    with av.open(io.BytesIO(body)) as container:
        stream = next(stream for stream in container.streams if stream.type == kind)
        stream.codec_context.options = {"err_detect": "explode"}
        decoded = list(container.decode(stream))
        lasts = round(float(container.duration) / 1e6, 1)
        if kind == "audio":
            return {"seconds": lasts, "frames": len(decoded), "rate": decoded[0].sample_rate}
        first, last = (bytes(decoded[at].reformat(format="rgb24").planes[0]) for at in (0, -1))
        return {"seconds": lasts, "frames": len(decoded), "size": (decoded[0].width, decoded[0].height),
                "colours": len({first[at : at + 3] for at in range(0, len(first), 3)}), "stands": first == last}


def opens(radard):
    sim = subprocess.Popen([radard, "--json", "sim"], stdout=subprocess.PIPE, text=True)
    try:
        facts = json.loads(sim.stdout.readline())
        told = state(facts["control"])
        with tempfile.TemporaryDirectory() as folder:
            works = Ours(radard, folder, told, facts["config"]).fetch(["--raw", "--max", "60", told["creators"][0]])
        video = next(work["video"] for work in works if work["video"]["bit_rate"])
        images = [image for work in works for image in work["images"] or []]
        moving = next(image["video"]["play_addr"] for image in images if "video" in image)
        best = video["bit_rate"][0]["play_addr"]
        seen = {
            "video 1080": (best, "video/mp4", lambda body: frames(body, "video")),
            "video 720": (video["play_addr"], "video/mp4", lambda body: frames(body, "video")),
            "live photo": (moving, "video/mp4", lambda body: frames(body, "video")),
            "music": (works[0]["music"]["play_url"], "audio/mpeg", lambda body: frames(body, "audio")),
            "cover": (video["cover"], "image/jpeg", lambda body: picture(body, "JPEG")),
            "avatar": (works[0]["author"]["avatar_thumb"], "image/jpeg", lambda body: picture(body, "JPEG")),
            "animated cover": (video["animated_cover"], "image/webp", lambda body: picture(body, "WEBP")),
            "album": (images[0], "image/webp", lambda body: picture(body, "WEBP")),
        }
        for name, (place, kind, look) in seen.items():
            (told_kind, body), mirror = get(place["url_list"][0]), get(place["url_list"][1])[1]
            assert (told_kind, body) == (kind, mirror), name
            print(json.dumps({"peer": f"PyAV {av.__version__}, Pillow {Image.__version__}", "work": name,
                              "bytes": len(body), **look(body)}))
        assert (best["width"], best["height"]) == frames(get(best["url_list"][0])[1], "video")["size"]
        assert refuses(best["url_list"][0].replace("x-expires=", "x-expires=f"))
        damaged = bytearray(get(best["url_list"][0])[1])
        damaged[-200:] = bytes(200)
        assert fails(lambda: frames(bytes(damaged), "video")), "the decoder does not see a damaged video"
    finally:
        sim.kill()
        sim.wait()


def refuses(url):
    try:
        get(url)
    except urllib.error.HTTPError as error:
        return error.code == 403
    return False


def fails(act):
    try:
        return not act()["stands"]
    except (av.FFmpegError, StopIteration):
        return True


if __name__ == "__main__":
    opens(sys.argv[1])
