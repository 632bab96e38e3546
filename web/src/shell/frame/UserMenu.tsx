import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CircleUser, KeyRound, LogOut } from "lucide-react";
import { sessionDeleteMutation } from "@/api/generated/@tanstack/react-query.gen";
import { useSession } from "@/shared/access/session";
import { buttonClass } from "@/ui/Button";
import { Menu } from "@/ui/layers/Menu";
import { tellLogout } from "../logout";

/** Who is logged in, own password, logout. */
export function UserMenu() {
  const session = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const logout = useMutation({
    ...sessionDeleteMutation(),
    onSuccess: async () => {
      tellLogout();
      await navigate({ to: "/login", search: {} });
      queries.clear();
    },
  });
  return (
    <Menu
      trigger={
        <button type="button" aria-label={`Account of ${session.name}`} className={buttonClass("quiet", "min-w-8 px-1.5!")}>
          <CircleUser size={18} aria-hidden />
          <span className="max-w-32 truncate max-md:hidden">{session.name}</span>
        </button>
      }
      header={
        <>
          Logged in as <b className="text-text">{session.name}</b>, {session.role}
        </>
      }
      items={[
        { label: "Password and tokens", icon: <KeyRound size={15} />, onSelect: () => void navigate({ to: "/account" }) },
        null,
        { label: "Log out", icon: <LogOut size={15} />, onSelect: () => logout.mutate({}) },
      ]}
    />
  );
}
