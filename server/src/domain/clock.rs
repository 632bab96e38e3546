//! Decides by which time to plan when the machine's clock jumps (server/docs/decisions.md, 17).
//!
//! Each look compares two clocks: the wall clock, which people and programs set, and the time since boot, which
//! nobody sets and which continues while the machine sleeps. If they diverge by more than an hour at once, planning
//! continues by the time since boot, until the new time has held for ten minutes or an administrator confirms it.

use chrono::{DateTime, TimeDelta, Utc};

/// A larger jump of the wall clock is doubted.
const JUMP_MAX: TimeDelta = TimeDelta::hours(1);

/// A doubted time is trusted after it has held for this long.
const HELD: TimeDelta = TimeDelta::minutes(10);

/// A doubted time holds if, between two looks, it moved against the time since boot by no more than this.
const STEADY: TimeDelta = TimeDelta::minutes(1);

/// Both clocks at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The wall clock.
    pub wall: DateTime<Utc>,
    /// Time since some moment that stays fixed while the machine is up.
    pub boot: TimeDelta,
}

/// A doubt about the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Doubt {
    /// The time by which Orc planned when it saw the jump, and the time since boot at that moment.
    from: Look,
    /// Time since boot since when the new time has held.
    held_from: TimeDelta,
}

/// The start or the end of a doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The wall clock jumped and is doubted.
    Doubted {
        /// The time by which planning continues.
        planning_at: DateTime<Utc>,
        /// The time that the wall clock shows.
        machine_at: DateTime<Utc>,
    },
    /// The wall clock is trusted again.
    Trusted {
        /// The time by which Orc planned until now.
        before_at: DateTime<Utc>,
        /// The time by which Orc plans from now on.
        machine_at: DateTime<Utc>,
        /// Why the clock is trusted again.
        because: Because,
    },
}

/// Why a doubted clock is trusted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// The clock shows the expected time again.
    Returned,
    /// The new time has held for ten minutes.
    Held,
}

impl Because {
    /// A short phrase for the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Returned => "it shows the expected time again",
            Self::Held => "the new time has held for ten minutes",
        }
    }
}

/// Watches both clocks and says by which time to plan.
#[derive(Debug, Clone, Copy)]
pub struct Timekeeper {
    last: Look,
    doubt: Option<Doubt>,
}

impl Timekeeper {
    /// Creates a timekeeper. It trusts the wall clock at the first look, because nothing earlier is known.
    pub const fn new(first: Look) -> Self {
        Self { last: first, doubt: None }
    }

    /// Returns the time by which to plan, and what changed with this look.
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

    /// Continues a doubt of another process on the same machine since the same boot. `from` is the time by which that
    /// process planned when the doubt began; `wall_at` is what the wall clock showed then. Returns false if the wall
    /// clock is right again.
    pub fn resume(&mut self, from: Look, wall_at: DateTime<Utc>) -> bool {
        let passed = self.last.boot - from.boot;
        if (self.last.wall - (from.wall + passed)).abs() <= JUMP_MAX {
            return false;
        }
        // The new time has held all along, unless the clock shows something else now.
        let held = (self.last.wall - (wall_at + passed)).abs() <= STEADY;
        self.doubt = Some(Doubt { from, held_from: if held { from.boot } else { self.last.boot } });
        true
    }

    /// The time by which Orc planned when the doubt began, and the time since boot at that moment.
    pub fn doubt_from(&self) -> Option<Look> {
        self.doubt.map(|doubt| doubt.from)
    }

    /// Trusts what the wall clock showed at the last look.
    pub const fn confirm(&mut self) {
        self.doubt = None;
    }

    /// Since when the wall clock has been doubted, by the time that Orc plans by.
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

    /// A look `boot` seconds after the first one, with a wall clock that is off by `off`.
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
