//! Which time to plan by when the machine's clock jumps (server/docs/decisions.md, 17).
//!
//! Two clocks are compared at every look: the wall clock, which people and programs set, and the time since boot, which
//! nobody sets and which goes on while the machine sleeps. If they part by more than an hour at once, planning goes on by
//! the time since boot, until the new time has held for ten minutes or an admin confirms it.

use chrono::{DateTime, TimeDelta, Utc};

/// A jump of the wall clock beyond that is doubted.
const JUMP_MAX: TimeDelta = TimeDelta::hours(1);

/// A doubted time is believed when it has held that long.
const HELD: TimeDelta = TimeDelta::minutes(10);

/// Between two looks a doubted time holds if it moved against the time since boot by no more than that.
const STEADY: TimeDelta = TimeDelta::minutes(1);

/// Both clocks at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The wall clock.
    pub wall: DateTime<Utc>,
    /// Time since some moment that stays the same while the machine is up.
    pub boot: TimeDelta,
}

/// The wall clock is doubted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Doubt {
    /// Time to plan by when the jump was seen, and the time since boot then.
    from: Look,
    /// Time since boot from which the new time has held.
    held_from: TimeDelta,
}

/// What became of a doubt, or a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The wall clock jumped and is doubted.
    Doubted {
        /// Time that planning goes on with.
        planning_at: DateTime<Utc>,
        /// What the wall clock shows.
        machine_at: DateTime<Utc>,
    },
    /// The wall clock is trusted again.
    Trusted {
        /// Time that planning went by until now.
        before_at: DateTime<Utc>,
        /// Time it goes by from now on.
        machine_at: DateTime<Utc>,
        /// Why.
        because: Because,
    },
}

/// Why a doubted clock is trusted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// It shows the expected time again.
    Returned,
    /// The new time has held for ten minutes.
    Held,
}

impl Because {
    /// A few words for the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Returned => "it shows the expected time again",
            Self::Held => "the new time has held for ten minutes",
        }
    }
}

/// Watches both clocks and says which time to plan by.
#[derive(Debug, Clone, Copy)]
pub struct Timekeeper {
    last: Look,
    doubt: Option<Doubt>,
}

impl Timekeeper {
    /// Trusts what the wall clock shows at the first look: nothing earlier is known.
    pub const fn new(first: Look) -> Self {
        Self { last: first, doubt: None }
    }

    /// Time to plan by, and what changed with this look.
    pub fn look(&mut self, look: Look) -> (DateTime<Utc>, Option<Turn>) {
        let moved = look.wall - (self.last.wall + (look.boot - self.last.boot));
        let before = std::mem::replace(&mut self.last, look);
        let Some(doubt) = &mut self.doubt else {
            if moved.abs() <= JUMP_MAX {
                return (look.wall, None);
            }
            let planning_at = before.wall + (look.boot - before.boot);
            let from = Look { wall: planning_at, boot: look.boot };
            self.doubt = Some(Doubt { from, held_from: look.boot });
            return (planning_at, Some(Turn::Doubted { planning_at, machine_at: look.wall }));
        };
        if moved.abs() > STEADY {
            doubt.held_from = look.boot;
        }
        let (planning_at, held) = (doubt.from.wall + (look.boot - doubt.from.boot), look.boot - doubt.held_from);
        if (look.wall - planning_at).abs() <= STEADY {
            return self.trust(planning_at, Because::Returned);
        }
        if held >= HELD {
            return self.trust(planning_at, Because::Held);
        }
        (planning_at, None)
    }

    /// Goes on doubting where another process left off on the same machine since it was booted: `from` is the time it planned
    /// by when it began to doubt, `wall_at` what the wall clock showed then. False: the wall clock agrees with it by now.
    pub fn resume(&mut self, from: Look, wall_at: DateTime<Utc>) -> bool {
        let passed = self.last.boot - from.boot;
        if (self.last.wall - (from.wall + passed)).abs() <= JUMP_MAX {
            return false;
        }
        // It has held all the time, unless it shows something else by now.
        let held = (self.last.wall - (wall_at + passed)).abs() <= STEADY;
        self.doubt = Some(Doubt { from, held_from: if held { from.boot } else { self.last.boot } });
        true
    }

    /// The time that planning went by when the doubt began, and the time since boot then.
    pub fn doubt_from(&self) -> Option<Look> {
        self.doubt.map(|doubt| doubt.from)
    }

    /// Trusts what the wall clock showed at the last look.
    pub const fn confirm(&mut self) {
        self.doubt = None;
    }

    /// Since when the wall clock is doubted, by the time that planning goes by.
    pub fn doubted_since(&self) -> Option<DateTime<Utc>> {
        self.doubt.map(|doubt| doubt.from.wall)
    }

    fn trust(&mut self, before_at: DateTime<Utc>, because: Because) -> (DateTime<Utc>, Option<Turn>) {
        self.doubt = None;
        let machine_at = self.last.wall;
        (machine_at, Some(Turn::Trusted { before_at, machine_at, because }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin() -> Look {
        Look { wall: "2026-05-01T12:00:00Z".parse().unwrap(), boot: TimeDelta::hours(3) }
    }

    /// A look `boot` seconds after the first, with a wall clock that is off by `off`.
    fn after(boot: i64, off: TimeDelta) -> Look {
        let passed = TimeDelta::seconds(boot);
        Look { wall: begin().wall + passed + off, boot: begin().boot + passed }
    }

    #[test]
    fn small_corrections_and_sleep_are_believed_at_once() {
        let mut keeper = Timekeeper::new(begin());
        for (boot, off) in [(10, TimeDelta::minutes(59)), (20, TimeDelta::zero()), (30, TimeDelta::minutes(-30))] {
            let look = after(boot, off);
            assert_eq!(keeper.look(look), (look.wall, None));
        }
        let after_two_days_of_sleep = after(2 * 86_400, TimeDelta::minutes(-30));
        assert_eq!(keeper.look(after_two_days_of_sleep), (after_two_days_of_sleep.wall, None));
    }

    #[test]
    fn a_jump_is_doubted_until_it_has_held_for_ten_minutes() {
        for off in [TimeDelta::days(1), TimeDelta::days(3653), TimeDelta::hours(-2)] {
            let mut keeper = Timekeeper::new(begin());
            let (planning_at, turn) = keeper.look(after(10, off));
            assert_eq!(planning_at, after(10, TimeDelta::zero()).wall);
            assert_eq!(turn, Some(Turn::Doubted { planning_at, machine_at: after(10, off).wall }));
            for boot in [40, 70, 300, 609] {
                assert_eq!(keeper.look(after(boot, off)), (after(boot, TimeDelta::zero()).wall, None));
                assert_eq!(keeper.doubted_since(), Some(planning_at));
            }
            let (now, turn) = keeper.look(after(610, off));
            assert_eq!(now, after(610, off).wall);
            let before_at = after(610, TimeDelta::zero()).wall;
            assert_eq!(turn, Some(Turn::Trusted { before_at, machine_at: now, because: Because::Held }));
            assert_eq!(keeper.look(after(620, off)), (after(620, off).wall, None));
        }
    }

    #[test]
    fn a_clock_that_comes_back_is_trusted_at_once_and_one_that_jumps_again_waits_again() {
        let mut keeper = Timekeeper::new(begin());
        keeper.look(after(10, TimeDelta::days(1)));
        keeper.look(after(500, TimeDelta::days(2)));
        assert!(keeper.look(after(700, TimeDelta::days(2))).1.is_none(), "has held for 200 s only");
        let right = after(710, TimeDelta::seconds(3));
        let (now, turn) = keeper.look(right);
        assert_eq!(now, right.wall);
        assert!(matches!(turn, Some(Turn::Trusted { because: Because::Returned, .. })));
        assert_eq!(keeper.doubted_since(), None);
    }

    #[test]
    fn a_doubt_goes_on_in_the_next_process_unless_the_clock_is_right_again() {
        let from = begin();
        for off in [TimeDelta::days(3653), TimeDelta::hours(-2)] {
            let mut next = Timekeeper::new(after(100, off));
            assert!(next.resume(from, after(0, off).wall));
            assert_eq!(next.look(after(130, off)), (after(130, TimeDelta::zero()).wall, None));
            assert_eq!(next.doubted_since(), Some(from.wall), "since then, not since the restart");
            let (now, turn) = next.look(after(600, off));
            assert_eq!(now, after(600, off).wall, "it has held for ten minutes, the restart in between");
            assert!(matches!(turn, Some(Turn::Trusted { because: Because::Held, .. })));
        }
        let mut again = Timekeeper::new(after(100, TimeDelta::days(2)));
        assert!(again.resume(from, after(0, TimeDelta::days(1)).wall));
        assert!(again.look(after(600, TimeDelta::days(2))).1.is_none(), "another time: it has to hold anew");
        let mut next = Timekeeper::new(after(100, TimeDelta::minutes(3)));
        assert!(!next.resume(from, after(0, TimeDelta::days(1)).wall));
        assert_eq!(next.doubted_since(), None);
    }

    #[test]
    fn an_admin_ends_the_doubt() {
        let mut keeper = Timekeeper::new(begin());
        keeper.look(after(10, TimeDelta::days(1)));
        keeper.confirm();
        assert_eq!(keeper.doubted_since(), None);
        let later = after(20, TimeDelta::days(1));
        assert_eq!(keeper.look(later), (later.wall, None));
    }
}
