import { Activity, LayoutDashboard, ListChecks, type LucideIcon, Server, Users } from "lucide-react";

/** One place in the rail. */
export interface NavItem {
  to: "/" | "/tasks" | "/runs" | "/system" | "/users";
  word: string;
  icon: LucideIcon;
  /** Second key after `g`. */
  key: string;
  adminOnly?: boolean;
}

/** Places, in groups. */
export const NAV: NavItem[][] = [
  [{ to: "/", word: "Overview", icon: LayoutDashboard, key: "o" }],
  [
    { to: "/tasks", word: "Tasks", icon: ListChecks, key: "t" },
    { to: "/runs", word: "Runs", icon: Activity, key: "r" },
  ],
  [
    { to: "/system", word: "System", icon: Server, key: "s" },
    { to: "/users", word: "Users & tokens", icon: Users, key: "u" },
  ],
];
