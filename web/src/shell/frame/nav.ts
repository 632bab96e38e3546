import { Activity, CalendarDays, CalendarRange, ChartGantt, FileChartColumn, FlaskConical, Gauge, KeyRound, LayoutDashboard, ListChecks, type LucideIcon, Network, Send, Server, Siren, Users } from "lucide-react";

/** One place in the rail. */
export interface NavItem {
  to: "/" | "/tasks" | "/runs" | "/incidents" | "/calendar" | "/timeline" | "/simulate" | "/calendars" | "/pools" | "/credentials" | "/networks" | "/channels" | "/reports" | "/system" | "/users";
  word: string;
  icon: LucideIcon;
  /** Second key after `g`. */
  key: string;
  adminOnly?: boolean;
  /** Whether a phone shows it in its bar and not behind "More". */
  first?: boolean;
}

/** Places, in groups. */
export const NAV: NavItem[][] = [
  [{ to: "/", word: "Overview", icon: LayoutDashboard, key: "o", first: true }],
  [
    { to: "/tasks", word: "Tasks", icon: ListChecks, key: "t", first: true },
    { to: "/runs", word: "Runs", icon: Activity, key: "r", first: true },
    { to: "/incidents", word: "Incidents", icon: Siren, key: "i" },
    { to: "/calendar", word: "Calendar", icon: CalendarDays, key: "c", first: true },
    { to: "/timeline", word: "Timeline", icon: ChartGantt, key: "l" },
  ],
  [
    { to: "/calendars", word: "Calendars", icon: CalendarRange, key: "a" },
    { to: "/pools", word: "Pools", icon: Gauge, key: "p" },
    { to: "/credentials", word: "Credentials", icon: KeyRound, key: "k" },
    { to: "/networks", word: "Networks", icon: Network, key: "n" },
    { to: "/channels", word: "Channels", icon: Send, key: "h" },
    { to: "/reports", word: "Reports", icon: FileChartColumn, key: "e" },
    { to: "/simulate", word: "Simulation", icon: FlaskConical, key: "m" },
  ],
  [
    { to: "/system", word: "System", icon: Server, key: "s" },
    { to: "/users", word: "Users & tokens", icon: Users, key: "u" },
  ],
];

/** Whether an address is that place or below it. */
export const isAt = (path: string, to: NavItem["to"]): boolean => (to === "/" ? path === "/" : path === to || path.startsWith(`${to}/`));
