import type { Grant, Role } from "@/api/generated";

/** Roles with what they may do; each includes those before it. */
export const ROLES: [Role, string][] = [
  ["viewer", "Viewer: sees everything"],
  ["operator", "Operator: may also run, cancel and rerun"],
  ["editor", "Editor: may also define tasks"],
  ["admin", "Admin: may also manage users, settings and the hold"],
];

/** Rights in addition to the role, with what they allow. */
export const GRANTS: [Grant, string][] = [
  ["credentials:use", "May define tasks that use credentials"],
  ["credentials:write", "May create, rotate and delete credentials"],
  ["tasks:run_as", "May define tasks that run as a user of their choice"],
];

/** Places of the roles, weakest first. */
export const roleRank = (role: Role): number => ROLES.findIndex(([each]) => each === role);
