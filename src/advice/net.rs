//! What to do when a request was not sent, or got no answer.

use super::sentence::sentences;

sentences! {
    allow_private() { en: "if this is meant, add its exact host:port to egress.allow_private" }
    certificates() { en: "install the machine's trusted certificates: apt-get install ca-certificates" }
    daemon_late() { en: "look at what it does with `radard doctor` and in its log, then try again" }
    daemon_not_running() { en: "start it with `radard run`" }
    daemon_of_another_user() { en: "run the command as the user that runs the daemon" }
    daemon_of_another_version() { en: "use the same version of radard for the command and the daemon" }
    url() { en: "give a URL that begins with http:// or https://" }
}
