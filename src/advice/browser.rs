//! What to do when the browser or its driver does not work.

use super::sentence::sentences;

sentences! {
    challenge(profile: &str) { en: "open the site as that profile and solve what it asks: `radard profile login {profile}`" }
    changed() { en: "update radard: the browser has changed" }
    ended() { en: "it is started anew; if it stays, look at the memory of this machine" }
    log_in(profile: &str) { en: "log in again: `radard profile login {profile}`" }
    mismatch() { en: "upgrade both together: they come from one release (Debian: chromium, chromium-driver)" }
    no_bidi() { en: "use a driver of this year: chromedriver or geckodriver, or a grid that passes sockets on" }
    no_browser() { en: "install a browser (Debian: chromium), or name it in `browser.binary`" }
    no_driver() { en: "install the driver (Debian: chromium-driver), or name it in `browser.driver`" }
    no_request() { en: "look at the page: the site may have changed, or wait for a click" }
    no_screen() { en: "install it (Debian: xvfb), or set `browser.display` to headless" }
    no_seat() { en: "start radard where DISPLAY is set, or set `browser.display` to headless or xvfb" }
    no_session() { en: "look at the browser's own message; as root it wants no sandbox, in a container room in /dev/shm" }
    not_there() { en: "start it, such as radard-browser.service, or correct `browser.webdriver`" }
    socket() { en: "look whether the grid gives an address that can be reached from here" }
    start() { en: "run it by hand to see why; `radard doctor` tries it too" }
    unreachable() { en: "look at the network and at the proxy of the profile" }
}
