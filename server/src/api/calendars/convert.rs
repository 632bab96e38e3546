//! Converts calendars of the application to wire types.

use super::wire::{Calendar, CalendarDefinition, CalendarSummary, calendar_out};
use crate::app::calendars::CalendarView;

/// Converts a calendar for its own page.
pub fn view_out(view: CalendarView) -> Calendar {
    let CalendarView { record, tasks, calendars, next: _, warnings } = view;
    let CalendarDefinition { name, description, entries, except, maintenance } = calendar_out(record.definition);
    Calendar {
        id: record.id.0,
        version: record.version,
        created_at: record.created_at,
        updated_at: record.updated_at,
        problem: record.damage.map(|damage| damage.problem().into()),
        used_by: tasks,
        contained_in: calendars,
        warnings,
        name,
        description,
        entries,
        except,
        maintenance,
    }
}

/// Converts a calendar for a list.
pub fn summary_out(view: CalendarView) -> CalendarSummary {
    let CalendarView { record, tasks, calendars, next, warnings: _ } = view;
    CalendarSummary {
        id: record.id.0,
        version: record.version,
        updated_at: record.updated_at,
        problem: record.damage.map(|damage| damage.problem().into()),
        entry_count: record.definition.entries.len() + record.definition.except.len(),
        maintenance: record.definition.maintenance.is_some(),
        used_by_count: tasks.len() + calendars.len(),
        next_date: next,
        name: record.definition.name,
        description: record.definition.description,
    }
}
