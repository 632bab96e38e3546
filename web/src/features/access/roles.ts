import type { Role } from "@/api/generated";

/** Roles with what they may do; each includes those before it. */
export const ROLES: [Role, string][] = [
  ["viewer", "Viewer: sees everything"],
  ["operator", "Operator: also runs, cancels, reruns"],
  ["editor", "Editor: also defines tasks"],
  ["admin", "Admin: also users, settings, hold"],
];

/** Places of the roles, weakest first. */
export const roleRank = (role: Role): number => ROLES.findIndex(([each]) => each === role);
