/** Addresses of pages: features link to each other through these, never by import. */
import { linkOptions } from "@tanstack/react-router";

/** Search parameters of the list of tasks. */
export interface TasksSearch {
  text?: string;
  folder?: string;
  tag?: string;
  enabled?: boolean;
  last_state?: string;
}

/** Search parameters of the list of runs. */
export interface RunsSearch {
  task?: string;
  state?: string;
  trigger?: string;
  from?: string;
  suspicious?: boolean;
}

/** Search parameters of the list of deliveries. */
export interface DeliveriesSearch {
  channel?: string | undefined;
  state?: string | undefined;
}

/** Search parameters of the calendar. */
export interface CalendarSearch {
  view?: "month" | "week" | "agenda";
  /** A date in the period shown. */
  date?: string;
  /** The day that is open. */
  day?: string;
}

/** Search parameters of the simulation; without days nothing is simulated yet. */
export interface SimulateSearch {
  days?: number | undefined;
  timezone?: string | undefined;
  folder?: string | undefined;
}

/** Search parameters of the incidents; without a state those that are not over are shown. */
export interface IncidentsSearch {
  task?: string | undefined;
  state?: string | undefined;
}

/** Search parameters of the reports; a report that is named is open. */
export interface ReportsSearch {
  report?: string | undefined;
}

/** Links by name. */
export const paths = {
  overview: () => linkOptions({ to: "/" }),
  tasks: (search: TasksSearch = {}) => linkOptions({ to: "/tasks", search }),
  task: (task: string, tab?: string) => linkOptions({ to: "/tasks/$task", params: { task }, search: tab === undefined ? {} : { tab } }),
  taskNew: () => linkOptions({ to: "/tasks/new", search: {} }),
  taskImport: () => linkOptions({ to: "/tasks/import" }),
  taskClone: (clone: string) => linkOptions({ to: "/tasks/new", search: { clone } }),
  taskEdit: (task: string) => linkOptions({ to: "/tasks/$task/edit", params: { task } }),
  runs: (search: RunsSearch = {}) => linkOptions({ to: "/runs", search }),
  run: (run: string) => linkOptions({ to: "/runs/$run", params: { run }, search: {} }),
  calendar: (search: CalendarSearch = {}) => linkOptions({ to: "/calendar", search }),
  timeline: () => linkOptions({ to: "/timeline" }),
  simulate: (search: SimulateSearch = {}) => linkOptions({ to: "/simulate", search }),
  calendars: () => linkOptions({ to: "/calendars" }),
  calendarNew: () => linkOptions({ to: "/calendars/new" }),
  calendarOne: (calendar: string) => linkOptions({ to: "/calendars/$calendar", params: { calendar }, search: {} }),
  calendarEdit: (calendar: string) => linkOptions({ to: "/calendars/$calendar/edit", params: { calendar } }),
  pools: () => linkOptions({ to: "/pools" }),
  credentials: () => linkOptions({ to: "/credentials" }),
  networks: () => linkOptions({ to: "/networks" }),
  channels: () => linkOptions({ to: "/channels" }),
  deliveries: (search: DeliveriesSearch = {}) => linkOptions({ to: "/channels/deliveries", search }),
  incidents: (search: IncidentsSearch = {}) => linkOptions({ to: "/incidents", search }),
  rules: () => linkOptions({ to: "/incidents/rules" }),
  reports: (search: ReportsSearch = {}) => linkOptions({ to: "/reports", search }),
  welcome: () => linkOptions({ to: "/welcome" }),
  silences: () => linkOptions({ to: "/incidents/silences" }),
  system: () => linkOptions({ to: "/system" }),
  people: () => linkOptions({ to: "/users", search: {} }),
  account: () => linkOptions({ to: "/account" }),
};
