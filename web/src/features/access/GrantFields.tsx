import type { Grant, Role } from "@/api/generated";
import { CheckField } from "@/ui/fields/Field";
import { GRANTS, roleRank } from "./roles";

/** Rights in addition to the role. They matter to editors: others cannot define tasks, and administrators have all rights. */
export function GrantFields({ role, grants, mine, onGrants }: { role: Role; grants: Grant[]; mine: Grant[]; onGrants: (grants: Grant[]) => void }) {
  if (role !== "editor" || mine.length === 0) return null;
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">Further rights</legend>
      {GRANTS.filter(([grant]) => mine.includes(grant)).map(([grant, label]) => (
        <CheckField key={grant} label={label} checked={grants.includes(grant)} onChecked={(checked) => onGrants(checked ? [...grants, grant] : grants.filter((each) => each !== grant))} />
      ))}
    </fieldset>
  );
}

/** The rights that are sent with a role: those that its form offers. */
export const grantsWith = (role: Role, grants: Grant[]): Grant[] => (roleRank(role) === roleRank("editor") ? grants : []);
