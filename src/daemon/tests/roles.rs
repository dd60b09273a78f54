//! That no kind is left out when the work is shared among processes.

use super::clock::lived;
use crate::daemon::rooms::Role;

#[test]
fn every_kind_of_the_house_is_done_by_one_role() {
    lived("roles", async |house, _| {
        for kind in house.queue.kinds() {
            let doing = Role::ALL.into_iter().filter(|role| role.kinds().contains(&kind)).count();
            assert_eq!(doing, 1, "{kind}");
        }
    });
}
